package org.postage.handler;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.IdempotencyStore.BusyException;
import org.postage.handler.IdempotencyStore.Handled;

/** About {@link InMemoryIdempotencyStore}. */
@Timeout(600)
class InMemoryIdempotencyStoreTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  // Near its end: the clock of a JVM may pass it.
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final AtomicInteger runs = new AtomicInteger();
  private final InMemoryIdempotencyStore store = store(100, Duration.ofSeconds(20));
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  private InMemoryIdempotencyStore store(int entries, Duration patience) {
    return new InMemoryIdempotencyStore(entries, patience, nanos::get);
  }

  private Handled work() {
    return Handled.withAnswer(("run " + runs.incrementAndGet()).getBytes(UTF_8), "text/plain");
  }

  private static String answer(Optional<Handled> handled) {
    byte[] answer = handled.orElseThrow().answer();
    return answer == null ? "none" : new String(answer, UTF_8);
  }

  @Test
  void workIsDoneOnceInItsWindow() throws Exception {
    assertThat(store.once("a", MINUTE, this::work)).isEmpty();
    nanos.addAndGet(MINUTE.toNanos() - 1);
    assertThat(answer(store.once("a", MINUTE, this::work))).isEqualTo("run 1");
    nanos.addAndGet(1);
    assertThat(store.once("a", MINUTE, this::work)).isEmpty();
    assertThat(runs).hasValue(2);
  }

  @Test
  void keysAreNothingToEachOther() throws Exception {
    assertThat(store.once("a", MINUTE, this::work)).isEmpty();
    assertThat(store.once("b", MINUTE, this::work)).isEmpty();
  }

  @Test
  void failedWorkIsNotRemembered() throws Exception {
    assertThatThrownBy(
            () ->
                store.once(
                    "a",
                    MINUTE,
                    () -> {
                      throw new IOException("no luck");
                    }))
        .isInstanceOf(IOException.class);

    assertThat(store.once("a", MINUTE, this::work)).isEmpty();
  }

  @Test
  void oldestGoesFirstWhereThereAreTooMany() throws Exception {
    InMemoryIdempotencyStore small = store(2, MINUTE);
    for (String key : new String[] {"a", "b", "c"}) {
      small.once(key, MINUTE, this::work);
    }

    assertThat(small.size()).isEqualTo(2);
    assertThat(small.once("c", MINUTE, this::work)).isPresent();
    assertThat(small.once("b", MINUTE, this::work)).isPresent();
    assertThat(small.once("a", MINUTE, this::work)).isEmpty();
  }

  @Test
  void answersHaveABoundOfTheirOwn() throws Exception {
    byte[] answer = new byte[16 << 20];
    for (int i = 0; i < 5; i++) {
      store.once("" + i, MINUTE, () -> Handled.withAnswer(answer, "a/b"));
    }

    assertThat(store.size()).isEqualTo(4);
  }

  @Test
  void whatIsOutOfDateTakesNoRoom() throws Exception {
    store.once("a", MINUTE, this::work);
    nanos.addAndGet(MINUTE.toNanos());

    store.once("b", MINUTE, this::work);

    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void lateAnswerIsRememberedWhereItsWorkIs() throws Exception {
    store.once("a", MINUTE, () -> Handled.WITHOUT_ANSWER);
    store.answered("a", work());
    store.answered("b", work());

    assertThat(answer(store.once("a", MINUTE, this::work))).isEqualTo("run 1");
    assertThat(store.once("b", MINUTE, this::work)).isEmpty();
  }

  @Test
  void secondWaitsForTheFirst() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CompletableFuture<Optional<Handled>> first = inBackground(isRunning, mayEnd, false);
    isRunning.await();

    CompletableFuture<Optional<Handled>> second = inBackground(isRunning, mayEnd, false);
    mayEnd.countDown();

    assertThat(first.get(60, TimeUnit.SECONDS)).isEmpty();
    assertThat(answer(second.get(60, TimeUnit.SECONDS))).isEqualTo("run 1");
    assertThat(runs).hasValue(1);
  }

  @Test
  void secondRunsWhereTheFirstFailed() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CompletableFuture<Optional<Handled>> first = inBackground(isRunning, mayEnd, true);
    isRunning.await();

    CompletableFuture<Optional<Handled>> second = inBackground(isRunning, mayEnd, false);
    mayEnd.countDown();

    assertThatThrownBy(() -> first.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    assertThat(second.get(60, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void secondIsToldWhereTheFirstTakesLong() throws Exception {
    InMemoryIdempotencyStore impatient = store(10, Duration.ofMillis(20));
    assertThat(
            impatient.once(
                "a",
                MINUTE,
                () -> {
                  CompletableFuture<Optional<Handled>> second = inBackground(impatient, this::work);
                  assertThatThrownBy(() -> second.get(60, TimeUnit.SECONDS))
                      .cause()
                      .isInstanceOf(BusyException.class)
                      .hasMessage("still being handled after 20 ms");
                  return Handled.WITHOUT_ANSWER;
                }))
        .isEmpty();
    assertThat(runs).hasValue(0);
  }

  @Test
  void storeForNothingIsRefused() {
    assertThatThrownBy(() -> new InMemoryIdempotencyStore(0))
        .hasMessage("maxEntries: 0 (expected: 1 or more)");
  }

  private CompletableFuture<Optional<Handled>> inBackground(
      CountDownLatch isRunning, CountDownLatch mayEnd, boolean fails) {
    return inBackground(
        store,
        () -> {
          isRunning.countDown();
          mayEnd.await();
          if (fails) {
            throw new IOException("no luck");
          }
          return work();
        });
  }

  private CompletableFuture<Optional<Handled>> inBackground(
      InMemoryIdempotencyStore at, Callable<Handled> work) {
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
