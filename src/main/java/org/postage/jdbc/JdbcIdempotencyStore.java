package org.postage.jdbc;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postage.handler.IdempotencyStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers in a table, in one transaction with what the handler writes: either the message counts
 * as handled and all of it is there, or neither. So a message has its effect once, also when the
 * program is killed at any moment, and in however many processes it is handled.
 *
 * <p>For each message it takes a connection, inserts the message's key, runs the handler, keeps the
 * answer and commits; it rolls back when the handler fails. The handler writes through {@link
 * #connection()}; what it does elsewhere is not undone. The same message in another process waits
 * for that, at most five seconds. A handler runs at the isolation level that its connection has.
 *
 * <p>Needs one table, see {@link #CREATE_TABLE}. Tested with PostgreSQL and H2. The clocks of the
 * computers that share it should agree within what a window has to spare. Thread-safe.
 */
public final class JdbcIdempotencyStore implements IdempotencyStore {
  /** Makes the table, in a way that PostgreSQL and H2 understand. */
  public static final String CREATE_TABLE =
      "CREATE TABLE IF NOT EXISTS postage_handled ("
          + "message_key VARCHAR(600) NOT NULL PRIMARY KEY, "
          + "expires_at BIGINT NOT NULL, "
          + "content_type VARCHAR(255), "
          + "answer BYTEA)";

  /** Makes it quick to find what is out of date. */
  public static final String CREATE_INDEX =
      "CREATE INDEX IF NOT EXISTS postage_handled_expires_at ON postage_handled (expires_at)";

  private static final String INSERT =
      "INSERT INTO postage_handled (message_key, expires_at) VALUES (?, ?)";
  private static final String SELECT =
      "SELECT content_type, answer FROM postage_handled WHERE message_key = ? AND expires_at > ?";
  private static final String UPDATE =
      "UPDATE postage_handled SET content_type = ?, answer = ? WHERE message_key = ?";
  private static final String DELETE =
      "DELETE FROM postage_handled WHERE message_key = ? AND expires_at <= ?";
  private static final int BATCH = 1_000;
  private static final String DELETE_EXPIRED =
      "DELETE FROM postage_handled WHERE message_key IN (SELECT message_key FROM postage_handled"
          + " WHERE expires_at <= ? FETCH FIRST "
          + BATCH
          + " ROWS ONLY)";

  private static final Logger LOG = LoggerFactory.getLogger(JdbcIdempotencyStore.class);
  private static final int PATIENCE_SECONDS = 5;
  private static final int TRIES = 3;
  private static final long CLEANING_MILLIS = Duration.ofMinutes(1).toMillis();
  // A statement was cancelled since it took too long, a lock was not to be had, a deadlock was
  // ended; the last one is H2's name for two writers of a row.
  private static final Set<String> BUSY =
      Set.of("57014", "55P03", "40001", "40P01", "HYT00", "90131");

  private final DataSource dataSource;
  private final int patienceSeconds;
  private final LongSupplier clock;

  @SuppressWarnings("ThreadLocalUsage") // A thread may be in two stores; it is removed each time.
  private final ThreadLocal<Connection> current = new ThreadLocal<>();

  private final AtomicLong nextCleaning;

  /** Remembers in the table {@code postage_handled} of this database. */
  public JdbcIdempotencyStore(DataSource dataSource) {
    this(dataSource, PATIENCE_SECONDS, System::currentTimeMillis);
  }

  JdbcIdempotencyStore(DataSource dataSource, int patienceSeconds, LongSupplier clock) {
    this.dataSource = requireNonNull(dataSource, "dataSource");
    this.patienceSeconds = patienceSeconds;
    this.clock = clock;
    nextCleaning = new AtomicLong(clock.getAsLong() + CLEANING_MILLIS);
  }

  /** Makes the table and its index, where they are not there yet. */
  public void createTable() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : List.of(CREATE_TABLE, CREATE_INDEX)) {
        try {
          statement.execute(sql);
        } catch (SQLException e) {
          // Another process may have made it in this moment: then it is there now.
          rollBack(connection, e);
          statement.execute(sql);
        }
      }
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    }
  }

  /**
   * The connection of the handler that this thread runs, for what it writes. It can't end the
   * transaction, and to close it does nothing. Not for other threads, nor for later.
   *
   * @throws IllegalStateException if this thread runs no {@link org.postage.handler.Idempotent}
   *     handler of a processor with this store, or handles a message without an id
   */
  public Connection connection() {
    Connection connection = current.get();
    if (connection == null) {
      throw new IllegalStateException(
          "no connection on thread "
              + Thread.currentThread().getName()
              + " (expected: within an @Idempotent handler of a processor with this store, on its"
              + " own thread, for a message with an id)");
    }
    return connection;
  }

  @Override
  public Optional<Handled> once(String key, Duration window, Callable<Handled> work)
      throws Exception {
    try (Connection connection = dataSource.getConnection()) {
      boolean isAutoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        Optional<Handled> before = once(connection, key, window, work);
        clean(connection);
        return before;
      } catch (Throwable t) {
        rollBack(connection, t);
        throw t;
      } finally {
        restore(connection, isAutoCommit);
      }
    }
  }

  @Override
  public void answered(String key, Handled handled) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      keep(connection, key, handled);
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    }
  }

  private Optional<Handled> once(
      Connection connection, String key, Duration window, Callable<Handled> work) throws Exception {
    for (int i = 0; i < TRIES; i++) {
      if (inserted(connection, key, window)) {
        Handled handled = run(connection, work);
        // Also without an answer: it fails where a statement of the handler's has failed, after
        // which PostgreSQL makes a rollback of the commit and says nothing.
        keep(connection, key, handled);
        connection.commit();
        return Optional.empty();
      }
      Optional<Handled> before = remembered(connection, key);
      if (before.isPresent()) {
        return before;
      }
      // It was out of date, or was rolled back in this moment.
    }
    throw new BusyException("begun and given up by somebody else again and again");
  }

  /** Whether this is the first. The row is locked from here on, and nobody sees it. */
  private boolean inserted(Connection connection, String key, Duration window)
      throws SQLException, BusyException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setQueryTimeout(patienceSeconds);
      insert.setString(1, key);
      insert.setLong(2, clock.getAsLong() + window.toMillis());
      insert.executeUpdate();
      return true;
    } catch (SQLException e) {
      rollBack(connection, e);
      String state = e.getSQLState();
      if (state != null && state.startsWith("23")) {
        return false;
      } else if (e instanceof SQLTimeoutException || (state != null && BUSY.contains(state))) {
        throw new BusyException("its row is locked: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private Handled run(Connection connection, Callable<Handled> work) throws Exception {
    HandlersConnection handlers = new HandlersConnection(connection);
    @Nullable Connection outer = current.get();
    current.set(handlers.asConnection());
    try {
      return work.call();
    } finally {
      handlers.end();
      if (outer == null) {
        current.remove();
      } else {
        current.set(outer);
      }
    }
  }

  /** What is remembered; what is out of date is forgotten. */
  private Optional<Handled> remembered(Connection connection, String key) throws SQLException {
    long now = clock.getAsLong();
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setString(1, key);
      select.setLong(2, now);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          String contentType = row.getString(1);
          byte[] answer = row.getBytes(2);
          connection.rollback();
          return Optional.of(
              answer == null || contentType == null
                  ? Handled.WITHOUT_ANSWER
                  : Handled.withAnswer(answer, contentType));
        }
      }
    }
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setString(1, key);
      delete.setLong(2, now);
      delete.executeUpdate();
    }
    connection.commit();
    return Optional.empty();
  }

  private static void keep(Connection connection, String key, Handled handled) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      update.setString(1, handled.contentType());
      update.setBytes(2, handled.answer());
      update.setString(3, key);
      update.executeUpdate();
    }
  }

  /** Deletes some of what is out of date, once a minute; at once again while there is more. */
  private void clean(Connection connection) {
    long now = clock.getAsLong();
    long due = nextCleaning.get();
    if (now < due || !nextCleaning.compareAndSet(due, now + CLEANING_MILLIS)) {
      return;
    }
    try (PreparedStatement delete = connection.prepareStatement(DELETE_EXPIRED)) {
      delete.setQueryTimeout(patienceSeconds);
      delete.setLong(1, now);
      if (delete.executeUpdate() >= BATCH) {
        nextCleaning.set(now);
      }
      connection.commit();
    } catch (SQLException e) {
      // The message is handled; another process may be cleaning, too.
      rollBack(connection, e);
      LOG.debug("What is out of date stays for another minute", e);
    }
  }

  // What was committed stays done, and what failed has failed for its own reason.
  private static void restore(Connection connection, boolean isAutoCommit) {
    try {
      connection.setAutoCommit(isAutoCommit);
    } catch (SQLException e) {
      LOG.debug("A connection could not be given back as it was", e);
    }
  }

  private static void rollBack(Connection connection, Throwable reason) {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }
}
