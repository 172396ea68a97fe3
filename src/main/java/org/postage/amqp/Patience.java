package org.postage.amqp;

import java.time.Duration;

/** Until when something may take that has several parts. Immutable and thread-safe. */
final class Patience {
  private final long endNanos;

  private Patience(long endNanos) {
    this.endNanos = endNanos;
  }

  /** So long from now. */
  static Patience of(Duration time) {
    return new Patience(System.nanoTime() + time.toNanos());
  }

  /** What is left of it; zero when it is over. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }

  /** What is left, but for what others need after that; at most this. */
  Duration left(Duration max, Duration reserve) {
    Duration left = left().minus(reserve);
    if (left.isNegative()) {
      return Duration.ZERO;
    }
    return left.compareTo(max) < 0 ? left : max;
  }
}
