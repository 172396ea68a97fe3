package org.postage.chaos;

import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** When something happened, counted in steps of 10 ms for half an hour. Thread-safe. */
final class Rhythm {
  private static final int STEP_MILLIS = 10;

  private final AtomicIntegerArray steps = new AtomicIntegerArray(30 * 60 * 1_000 / STEP_MILLIS);

  void beat(int atMillis) {
    steps.incrementAndGet(index(atMillis));
  }

  /** The longest time between two of them. */
  int longestPause() {
    int longest = 0;
    int last = -1;
    for (int i = 0; i < steps.length(); i++) {
      if (steps.get(i) > 0) {
        longest = last < 0 ? 0 : Math.max(longest, i - last - 1);
        last = i;
      }
    }
    return longest * STEP_MILLIS;
  }

  /** When the next one was; empty if there was none any more. */
  OptionalInt next(int fromMillis) {
    for (int i = index(fromMillis) + 1; i < steps.length(); i++) {
      if (steps.get(i) > 0) {
        return OptionalInt.of(i * STEP_MILLIS);
      }
    }
    return OptionalInt.empty();
  }

  int within(int fromMillis, int toMillis) {
    int count = 0;
    for (int i = index(fromMillis); i < index(toMillis); i++) {
      count += steps.get(i);
    }
    return count;
  }

  /** The most in any second that begins within this time. */
  int bestSecond(int fromMillis, int toMillis) {
    int best = 0;
    for (int at = fromMillis; at <= toMillis; at += 100) {
      best = Math.max(best, within(at, at + 1_000));
    }
    return best;
  }

  private int index(int millis) {
    return Math.min(millis / STEP_MILLIS, steps.length() - 1);
  }
}
