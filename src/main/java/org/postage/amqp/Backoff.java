package org.postage.amqp;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Growing pauses between attempts, with jitter, so that many components do not come back at once.
 * One thread's.
 */
final class Backoff {
  private static final long FIRST_MILLIS = 200;
  private static final long MAX_MILLIS = 10_000;

  private long next = FIRST_MILLIS;

  /** The next pause in milliseconds: about twice the one before, at most about ten seconds. */
  long nextMillis() {
    long pause = next;
    next = Math.min(MAX_MILLIS, next * 2);
    return pause + ThreadLocalRandom.current().nextLong(pause / 4 + 1);
  }

  /** The same, but not less than this, and some jitter: for what is not likely to be over soon. */
  long nextMillis(long atLeast) {
    long pause = nextMillis();
    return pause >= atLeast ? pause : atLeast + ThreadLocalRandom.current().nextLong(atLeast / 4);
  }

  void reset() {
    next = FIRST_MILLIS;
  }
}
