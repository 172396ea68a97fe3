package org.postage.handler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps a flood of bad messages from filling the disk with warnings: of those about one queue and
 * for one reason the first is logged at once, and then at most one each second, with the number of
 * those that were left out. Thread-safe.
 */
final class WarningLimit {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_KEYS = 1_000;

  private record Key(String queue, String reason) {}

  private static final class Warnings {
    long loggedAt;
    int leftOut;
  }

  private final LongSupplier nanoTime;
  private final Map<Key, Warnings> warnings = new HashMap<>();

  WarningLimit() {
    this(System::nanoTime);
  }

  WarningLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Logs a warning, by what takes the text that is to follow it; or leaves it out. */
  void warn(String queue, String reason, Log log) {
    int leftOut = leftOut(new Key(queue, reason));
    if (leftOut >= 0) {
      log.write(leftOut == 0 ? "" : " (" + leftOut + " more like it were left out before)");
    }
  }

  // How many were left out since one was logged; -1 if this one is left out too.
  private synchronized int leftOut(Key key) {
    long now = nanoTime.getAsLong();
    Warnings its = warnings.get(key);
    if (its == null) {
      if (warnings.size() >= MAX_KEYS) {
        warnings.clear();
      }
      its = new Warnings();
      warnings.put(key, its);
    } else if (now - its.loggedAt < INTERVAL_NANOS) {
      its.leftOut++;
      return -1;
    }
    int before = its.leftOut;
    its.loggedAt = now;
    its.leftOut = 0;
    return before;
  }

  /** Writes a line that ends with this. */
  @FunctionalInterface
  interface Log {
    void write(String leftOut);
  }
}
