package org.postage.spec;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Makes of a body one that nobody would write. */
final class Damage {
  private Damage() {}

  /** A few octets changed, left out, or there twice. */
  static byte[] done(byte[] body, SplittableRandom random) {
    int changes = 1 + random.nextInt(4);
    byte[] result = body;
    for (int i = 0; i < changes && result.length > 1; i++) {
      int at = random.nextInt(result.length);
      switch (random.nextInt(5)) {
        case 0 -> result[at] = (byte) random.nextInt(256);
        case 1 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> result = Arrays.copyOf(result, at);
        case 3 -> result = without(result, at);
        default -> result = twice(result, at);
      }
    }
    return result;
  }

  private static byte[] without(byte[] body, int at) {
    byte[] result = new byte[body.length - 1];
    System.arraycopy(body, 0, result, 0, at);
    System.arraycopy(body, at + 1, result, at, result.length - at);
    return result;
  }

  /** The tail from here on again. */
  private static byte[] twice(byte[] body, int at) {
    byte[] result = Arrays.copyOf(body, body.length + body.length - at);
    System.arraycopy(body, at, result, body.length, body.length - at);
    return result;
  }
}
