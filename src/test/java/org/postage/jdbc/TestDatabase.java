package org.postage.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.tools.Server;
import org.postgresql.ds.PGSimpleDataSource;

/** Where a database of a test is, also for other processes. */
record TestDatabase(String url, String user, String password) {
  /** H2 in this JVM, on a free port. The server is stopped by whoever asked for it. */
  static Server startH2() throws SQLException {
    System.setProperty("h2.bindAddress", "127.0.0.1");
    return Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
  }

  /** A new database in memory, which lasts as long as this JVM. */
  static TestDatabase of(Server h2) {
    String name = "test-" + UUID.randomUUID();
    return new TestDatabase(
        "jdbc:h2:tcp://127.0.0.1:" + h2.getPort() + "/mem:" + name + ";DB_CLOSE_DELAY=-1",
        "postage",
        UUID.randomUUID().toString());
  }

  /** Opens a connection for each time it is asked. */
  DataSource dataSource() {
    if (url.startsWith("jdbc:h2:")) {
      JdbcDataSource h2 = new JdbcDataSource();
      h2.setURL(url);
      h2.setUser(user);
      h2.setPassword(password);
      return h2;
    }
    PGSimpleDataSource postgres = new PGSimpleDataSource();
    postgres.setURL(url);
    postgres.setUser(user);
    postgres.setPassword(password);
    return postgres;
  }

  void execute(String sql) {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of all rows. */
  List<String> query(String sql) {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
