package org.postage.jdbc;

import java.sql.Statement;
import java.time.Duration;
import org.postage.handler.IdempotencyStore.Handled;

/** A process that is killed between its handler's write and the commit. */
final class KilledHandler {
  static final String WRITTEN = "written";

  private KilledHandler() {}

  public static void main(String[] args) throws Exception {
    JdbcIdempotencyStore store =
        new JdbcIdempotencyStore(new TestDatabase(args[0], args[1], args[2]).dataSource());
    store.once(
        args[3],
        Duration.ofMinutes(1),
        () -> {
          try (Statement statement = store.connection().createStatement()) {
            statement.execute("INSERT INTO orders VALUES ('of the killed one')");
          }
          System.out.println(WRITTEN);
          // Until it is killed; it ends by itself with the test that started it.
          System.in.read();
          return Handled.WITHOUT_ANSWER;
        });
  }
}
