package org.postage.jdbc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postage.handler.IdempotencyStore.Handled;

/** {@link JdbcIdempotencyStore} on PostgreSQL. */
class PostgresStoreTest extends StoreContract {
  private static @Nullable PostgresServer server;

  PostgresStoreTest() {
    super(requireNonNull(server).database());
  }

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  // PostgreSQL turns a commit after a failed statement into a rollback, without an error.
  @Test
  void handlerThatHidesAFailedStatementHasFailed() {
    assertThatThrownBy(
            () ->
                store.once(
                    "a",
                    MINUTE,
                    () -> {
                      write();
                      try (Statement statement = store.connection().createStatement()) {
                        statement.execute("INSERT INTO nowhere VALUES (1)");
                      } catch (SQLException hidden) {
                        runs.incrementAndGet();
                      }
                      return Handled.WITHOUT_ANSWER;
                    }))
        .isInstanceOf(SQLException.class);

    assertThat(runs).hasValue(2);
    assertThat(keys()).isEmpty();
    assertThat(orders()).isEmpty();
  }
}
