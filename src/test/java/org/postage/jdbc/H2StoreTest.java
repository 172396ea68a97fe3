package org.postage.jdbc;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** {@link JdbcIdempotencyStore} on H2. */
class H2StoreTest extends StoreContract {
  private static @Nullable Server server;

  H2StoreTest() {
    super(TestDatabase.of(requireNonNull(server)));
  }

  @BeforeAll
  static void start() throws SQLException {
    server = TestDatabase.startH2();
  }

  @AfterAll
  static void stop() {
    requireNonNull(server).stop();
  }
}
