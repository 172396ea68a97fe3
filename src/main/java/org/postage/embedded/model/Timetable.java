package org.postage.embedded.model;

import java.time.Duration;
import java.util.Comparator;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's clock and what is due on it: expiry of messages and queues.
 *
 * <p>It runs with the system's monotonic clock, and ahead of it once {@link #advance} was called.
 * Guarded by the broker's lock.
 */
public final class Timetable {
  private static final Logger LOG = LoggerFactory.getLogger(Timetable.class);

  private final long startMillis = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();
  private final TreeSet<Timer> timers =
      new TreeSet<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::order));
  private final Runnable onEarlier;
  private long ahead;

  // While the clock is moved on it shows exact times: a slow machine must not shift what is due.
  private @Nullable Long standing;

  private long order;

  /** {@code onEarlier} is called whenever the next timer is due earlier than was known before. */
  Timetable(Runnable onEarlier) {
    this.onEarlier = onEarlier;
  }

  /** Milliseconds since the epoch. */
  public long now() {
    return standing == null ? running() : standing;
  }

  private long running() {
    return startMillis + (System.nanoTime() - startNanos) / 1_000_000 + ahead;
  }

  Timer at(long millis, Runnable action) {
    Timer timer = new Timer(millis, order++, action);
    timers.add(timer);
    if (timers.first().equals(timer)) {
      onEarlier.run();
    }
    return timer;
  }

  void cancel(Timer timer) {
    timers.remove(timer);
  }

  /** Milliseconds until something is due, 0 if it already is; empty while nothing is planned. */
  OptionalLong untilNext() {
    return timers.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, timers.first().at() - now()));
  }

  /** Does everything that is due, also what becomes due by doing it. */
  void runDue() {
    while (!timers.isEmpty() && timers.first().at() <= now()) {
      try {
        timers.pollFirst().action().run();
      } catch (RuntimeException bug) {
        // One queue's trouble must not end time for all the others.
        LOG.error("What was due failed", bug);
      }
    }
  }

  /**
   * Moves the clock on. What falls due on the way happens in order and each at its own time, so
   * that a message that expires into a second delay queue leaves that one at the right time as
   * well.
   */
  void advance(Duration by) {
    long start = now();
    long target = start + by.toMillis();
    while (!timers.isEmpty() && timers.first().at() <= target) {
      standing = Math.max(start, timers.first().at());
      runDue();
    }
    standing = null;
    ahead += Math.max(0, target - running());
  }

  /** One planned action. */
  record Timer(long at, long order, Runnable action) {}
}
