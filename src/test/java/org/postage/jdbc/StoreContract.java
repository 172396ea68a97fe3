package org.postage.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.IdempotencyStore.BusyException;
import org.postage.handler.IdempotencyStore.Handled;
import org.postage.rabbitmq.Sandbox;

/** What {@link JdbcIdempotencyStore} does on every database. */
@Timeout(600)
abstract class StoreContract {
  static final Duration MINUTE = Duration.ofMinutes(1);

  final AtomicInteger runs = new AtomicInteger();
  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  final TestDatabase database;
  final JdbcIdempotencyStore store;

  StoreContract(TestDatabase database) {
    this.database = database;
    store = new JdbcIdempotencyStore(database.dataSource(), 1, millis::get);
  }

  @BeforeEach
  void makeTables() throws SQLException {
    store.createTable();
    store.createTable();
    database.execute("DELETE FROM postage_handled");
    database.execute("CREATE TABLE IF NOT EXISTS orders (item VARCHAR(100))");
    database.execute("DELETE FROM orders");
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  Handled write() throws SQLException {
    return write(store);
  }

  private Handled write(JdbcIdempotencyStore at) throws SQLException {
    String item = "run " + runs.incrementAndGet();
    try (Statement statement = at.connection().createStatement()) {
      statement.execute("INSERT INTO orders VALUES ('" + item + "')");
    }
    return Handled.withAnswer(item.getBytes(UTF_8), "text/plain");
  }

  List<String> orders() {
    return database.query("SELECT item FROM orders ORDER BY item");
  }

  List<String> keys() {
    return database.query("SELECT message_key FROM postage_handled ORDER BY message_key");
  }

  private static String answer(Optional<Handled> handled) {
    assertThat(handled.orElseThrow().contentType()).isEqualTo("text/plain");
    byte[] answer = handled.orElseThrow().answer();
    return answer == null ? "none" : new String(answer, UTF_8);
  }

  @Test
  void keyAndWritesAreThereTogetherAndOnce() throws Exception {
    assertThat(store.once("a", MINUTE, this::write)).isEmpty();
    assertThat(answer(store.once("a", MINUTE, this::write))).isEqualTo("run 1");

    assertThat(keys()).containsExactly("a");
    assertThat(orders()).containsExactly("run 1");
  }

  @Test
  void neitherIsThereWhenTheHandlerFails() throws Exception {
    assertThatThrownBy(
            () ->
                store.once(
                    "a",
                    MINUTE,
                    () -> {
                      write();
                      throw new IOException("no luck");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("no luck");
    assertThat(keys()).isEmpty();
    assertThat(orders()).isEmpty();

    assertThat(store.once("a", MINUTE, this::write)).isEmpty();
    assertThat(orders()).containsExactly("run 2");
  }

  @Test
  void handledWithoutAnAnswerIsRemembered() throws Exception {
    store.once("a", MINUTE, () -> Handled.WITHOUT_ANSWER);

    Optional<Handled> before = store.once("a", MINUTE, this::write);

    assertThat(before.orElseThrow().answer()).isNull();
    assertThat(runs).hasValue(0);
  }

  @Test
  void lateAnswerIsRemembered() throws Exception {
    store.once("a", MINUTE, () -> Handled.WITHOUT_ANSWER);
    store.answered("a", Handled.withAnswer("late".getBytes(UTF_8), "text/plain"));
    store.answered("unknown", Handled.withAnswer("late".getBytes(UTF_8), "text/plain"));

    assertThat(answer(store.once("a", MINUTE, this::write))).isEqualTo("late");
    assertThat(keys()).containsExactly("a");
  }

  @Test
  void longKeysAndBigAnswersFit() throws Exception {
    byte[] big = new byte[1_000_000];
    big[0] = -1;
    String key = "\u20ac".repeat(600);
    store.once(key, MINUTE, () -> Handled.withAnswer(big, "a/b"));

    assertThat(store.once(key, MINUTE, this::write).orElseThrow().answer()).isEqualTo(big);
  }

  @Test
  void workIsDoneAgainAfterItsWindow() throws Exception {
    store.once("a", MINUTE, this::write);
    millis.addAndGet(MINUTE.toMillis() - 1);
    assertThat(store.once("a", MINUTE, this::write)).isPresent();
    millis.addAndGet(1);

    assertThat(store.once("a", MINUTE, this::write)).isEmpty();
    assertThat(store.once("a", MINUTE, this::write)).isPresent();
    assertThat(orders()).containsExactly("run 1", "run 2");
  }

  @Test
  void whatIsOutOfDateIsDeletedInBatches() throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 1_500; i++) {
        statement.addBatch("INSERT INTO postage_handled VALUES ('old " + i + "', 5, NULL, NULL)");
      }
      statement.executeBatch();
    }
    store.once("a", Duration.ofHours(1), this::write);
    assertThat(keys()).hasSize(1_501);

    millis.addAndGet(MINUTE.toMillis());
    store.once("b", Duration.ofHours(1), this::write);
    assertThat(keys()).hasSize(502);
    store.once("c", Duration.ofHours(1), this::write);
    assertThat(keys()).containsExactly("a", "b", "c");
  }

  @Test
  void secondWaitsForTheFirstAlsoInAnotherProcess() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CompletableFuture<Optional<Handled>> first =
        inBackground(
            store,
            () -> {
              Handled handled = write();
              isRunning.countDown();
              mayEnd.await();
              return handled;
            });
    isRunning.await();

    CompletableFuture<Optional<Handled>> second = inBackground(another(), this::write);
    mayEnd.countDown();

    assertThat(first.get(60, TimeUnit.SECONDS)).isEmpty();
    assertThat(answer(second.get(60, TimeUnit.SECONDS))).isEqualTo("run 1");
    assertThat(orders()).containsExactly("run 1");
  }

  @Test
  void secondRunsWhereTheFirstFailed() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CompletableFuture<Optional<Handled>> first =
        inBackground(
            store,
            () -> {
              write();
              isRunning.countDown();
              mayEnd.await();
              throw new IOException("no luck");
            });
    isRunning.await();

    JdbcIdempotencyStore another = another();
    CompletableFuture<Optional<Handled>> second = inBackground(another, () -> write(another));
    mayEnd.countDown();

    assertThatThrownBy(() -> first.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    assertThat(second.get(60, TimeUnit.SECONDS)).isEmpty();
    assertThat(orders()).containsExactly("run 2");
  }

  @Test
  void secondIsToldWhereTheFirstTakesLong() throws Exception {
    store.once(
        "a",
        MINUTE,
        () -> {
          CompletableFuture<Optional<Handled>> second = inBackground(another(), this::write);
          assertThatThrownBy(() -> second.get(60, TimeUnit.SECONDS))
              .cause()
              .isInstanceOf(BusyException.class)
              .hasMessageStartingWith("its row is locked: ");
          return write();
        });

    assertThat(orders()).containsExactly("run 1");
  }

  @Test
  void neitherIsThereWhenTheProcessIsKilledBeforeTheCommit() throws Exception {
    try (Sandbox sandbox = new Sandbox("postage-killed-")) {
      Process process =
          sandbox.start(
              new ProcessBuilder(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-cp",
                      System.getProperty("java.class.path"),
                      KilledHandler.class.getName(),
                      database.url(),
                      database.user(),
                      database.password(),
                      "a")
                  .redirectError(ProcessBuilder.Redirect.INHERIT));
      BufferedReader out =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      assertThat(out.readLine()).isEqualTo(KilledHandler.WRITTEN);
      assertThatThrownBy(() -> store.once("a", MINUTE, this::write))
          .isInstanceOf(BusyException.class);

      sandbox.kill(process);
    }

    // The database has to notice.
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(BusyException.class)
        .until(() -> store.once("a", MINUTE, this::write).isEmpty());
    assertThat(orders()).containsExactly("run 1");
    assertThat(keys()).containsExactly("a");
  }

  @Test
  void handlerCanNotEndTheTransaction() throws Exception {
    AtomicReference<@Nullable Connection> kept = new AtomicReference<>();
    store.once(
        "a",
        MINUTE,
        () -> {
          try (Connection connection = store.connection()) {
            kept.set(connection);
            assertThatThrownBy(connection::commit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "commit(): the transaction is the idempotency store's (expected: return from"
                        + " the handler to commit, throw to roll back; savepoints are the handler's"
                        + " own)");
            assertThatThrownBy(connection::rollback).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> connection.setAutoCommit(true))
                .isInstanceOf(IllegalStateException.class);
            assertThat(Set.of(connection)).contains(connection).hasToString("[" + connection + "]");
            Savepoint savepoint = connection.setSavepoint();
            write();
            connection.rollback(savepoint);
          }
          return write();
        });

    assertThat(orders()).containsExactly("run 2");
    Connection later = requireNonNull(kept.get());
    assertThat(later.isClosed()).isTrue();
    assertThatThrownBy(later::createStatement)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "createStatement(): the handler has ended (expected: use of connection() within it)");
  }

  @Test
  void handlersMistakesInSqlComeToItAsTheyAre() throws Exception {
    assertThatThrownBy(
            () ->
                store.once(
                    "a",
                    MINUTE,
                    () -> {
                      try (Statement statement = store.connection().createStatement()) {
                        statement.execute("INSERT INTO nowhere VALUES (1)");
                      }
                      return Handled.WITHOUT_ANSWER;
                    }))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void thereIsNoConnectionOutsideOfHandlers() throws Exception {
    store.once("a", MINUTE, this::write);

    assertThatThrownBy(store::connection)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no connection on thread ")
        .hasMessageContaining("(expected: within an @Idempotent handler");
  }

  private JdbcIdempotencyStore another() {
    return new JdbcIdempotencyStore(database.dataSource(), 1, millis::get);
  }

  private CompletableFuture<Optional<Handled>> inBackground(
      JdbcIdempotencyStore at, Callable<Handled> work) {
    CompletableFuture<Optional<Handled>> future = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            future.complete(at.once("a", MINUTE, work));
          } catch (Exception e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }
}
