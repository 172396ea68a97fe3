package org.postage.handler;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in this program's memory, for as long as it runs: so many messages and at most 64 MiB
 * of answers, of which the oldest go first. Whoever comes second waits at most five seconds.
 * Thread-safe.
 */
public final class InMemoryIdempotencyStore implements IdempotencyStore {
  /** How many messages are remembered unless told otherwise. */
  public static final int DEFAULT_ENTRIES = 10_000;

  private static final long MAX_ANSWER_BYTES = 64L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Until when something is remembered, as the clock tells time. */
  private record Entry(Handled handled, long endNanos) {
    int size() {
      byte[] answer = handled.answer();
      return answer == null ? 0 : answer.length;
    }
  }

  private final int maxEntries;
  private final Duration patience;
  private final LongSupplier clock;
  private final Object lock = new Object();
  // Both only under the lock. A key is in one of them at most, and what runs is never forgotten.
  private final Map<String, CountDownLatch> running = new HashMap<>();
  private final LinkedHashMap<String, Entry> done = new LinkedHashMap<>();
  private long answerBytes;

  /** For {@link #DEFAULT_ENTRIES} messages. */
  public InMemoryIdempotencyStore() {
    this(DEFAULT_ENTRIES);
  }

  /** For so many messages, at least 1. */
  public InMemoryIdempotencyStore(int maxEntries) {
    this(maxEntries, PATIENCE, System::nanoTime);
  }

  InMemoryIdempotencyStore(int maxEntries, Duration patience, LongSupplier clock) {
    if (maxEntries < 1) {
      throw new IllegalArgumentException("maxEntries: " + maxEntries + " (expected: 1 or more)");
    }
    this.maxEntries = maxEntries;
    this.patience = patience;
    this.clock = clock;
  }

  @Override
  public Optional<Handled> once(String key, Duration window, Callable<Handled> work)
      throws Exception {
    long start = System.nanoTime();
    CountDownLatch mine = new CountDownLatch(1);
    while (true) {
      CountDownLatch first;
      synchronized (lock) {
        Entry entry = remembered(key);
        if (entry != null) {
          return Optional.of(entry.handled);
        }
        first = running.putIfAbsent(key, mine);
      }
      if (first == null) {
        run(key, window, work, mine);
        return Optional.empty();
      }
      await(first, patience.toNanos() - (System.nanoTime() - start));
    }
  }

  @Override
  public void answered(String key, Handled handled) {
    synchronized (lock) {
      Entry entry = remembered(key);
      if (entry != null) {
        // It keeps its place among the old and the new.
        done.put(key, new Entry(handled, entry.endNanos));
        answerBytes += done.get(key).size() - entry.size();
        makeRoom();
      }
    }
  }

  /** How many messages are remembered, and some that are out of date. */
  int size() {
    synchronized (lock) {
      return done.size();
    }
  }

  private void await(CountDownLatch first, long nanos) throws BusyException {
    try {
      if (!first.await(nanos, TimeUnit.NANOSECONDS)) {
        throw new BusyException("still being handled after " + patience.toMillis() + " ms");
      }
    } catch (InterruptedException e) {
      // Not a failure of the handler, which was not called.
      Thread.currentThread().interrupt();
      throw new BusyException("interrupted while it was being handled", e);
    }
  }

  private void run(String key, Duration window, Callable<Handled> work, CountDownLatch mine)
      throws Exception {
    @Nullable Handled handled = null;
    try {
      handled = work.call();
    } finally {
      synchronized (lock) {
        running.remove(key);
        if (handled != null) {
          Entry entry = new Entry(handled, clock.getAsLong() + window.toNanos());
          done.put(key, entry);
          answerBytes += entry.size();
          makeRoom();
        }
      }
      mine.countDown();
    }
  }

  private @Nullable Entry remembered(String key) {
    Entry entry = done.get(key);
    if (entry == null || !isOver(entry)) {
      return entry;
    }
    done.remove(key);
    answerBytes -= entry.size();
    return null;
  }

  /**
   * Windows differ, so that something out of date may stay behind what is not, until it is full.
   */
  private void makeRoom() {
    Iterator<Entry> oldest = done.values().iterator();
    while (oldest.hasNext()) {
      Entry entry = oldest.next();
      boolean isFull = done.size() > maxEntries || answerBytes > MAX_ANSWER_BYTES;
      if (!isFull && !isOver(entry)) {
        return;
      }
      oldest.remove();
      answerBytes -= entry.size();
    }
  }

  private boolean isOver(Entry entry) {
    return entry.endNanos - clock.getAsLong() <= 0;
  }
}
