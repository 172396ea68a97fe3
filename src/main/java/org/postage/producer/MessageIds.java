package org.postage.producer;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for messages: a random start for each component, and a count. As unique as a UUID, shorter,
 * and far cheaper. Thread-safe.
 */
final class MessageIds {
  private static final int RADIX = 36;

  private final String prefix;
  private final AtomicLong count = new AtomicLong();

  MessageIds() {
    SecureRandom random = new SecureRandom();
    prefix =
        Long.toUnsignedString(random.nextLong(), RADIX)
            + Long.toUnsignedString(random.nextLong(), RADIX)
            + "-";
  }

  String next() {
    return prefix + Long.toUnsignedString(count.incrementAndGet(), RADIX);
  }
}
