package org.postage.readme;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postage.Postage;
import org.postage.handler.Idempotent;
import org.postage.handler.MessageHandler;
import org.postage.handler.Retry;
import org.postage.jdbc.JdbcIdempotencyStore;
import org.postage.message.Param;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** What the README shows of handlers that run once for a message. */
final class Payments {
  static final Exchange SHOP = Exchange.direct("shop");

  private final JdbcIdempotencyStore store;

  Payments(JdbcIdempotencyStore store) {
    this.store = store;
  }

  @Idempotent(windowSeconds = 7 * 24 * 3_600)
  @Retry(attempts = 5)
  @MessageHandler("pay")
  void pay(@Param("order") long order, @Param("cents") long cents) throws SQLException {
    try (PreparedStatement insert =
        store.connection().prepareStatement("INSERT INTO payments VALUES (?, ?)")) {
      insert.setLong(1, order);
      insert.setLong(2, cents);
      insert.executeUpdate(); // committed together with the message's id, or not at all
    }
  }

  static void start(Postage postage, DataSource dataSource) throws SQLException {
    JdbcIdempotencyStore store = new JdbcIdempotencyStore(dataSource);
    store.createTable();
    postage
        .processor(SHOP.to(Queue.named("payments").durable(), "pay"))
        .idempotencyStore(store)
        .handlers(new Payments(store))
        .start();
  }
}
