package org.postage.embedded;

import java.util.Arrays;
import java.util.Random;

/** Makes of a recorded session one that no client would lead; the same ones for the same seed. */
final class Mutator {
  // The handshake is left alone in most sessions, so that the mutation meets what comes after it.
  private static final int HANDSHAKE = 600;

  private final Random random;

  Mutator(long seed) {
    random = new Random(seed);
  }

  byte[] mutate(byte[] session) {
    byte[] mutated = session.clone();
    int mutations = 1 + random.nextInt(4);
    for (int i = 0; i < mutations && mutated.length > 1; i++) {
      mutated = once(mutated);
    }
    return mutated;
  }

  private byte[] once(byte[] session) {
    int from = random.nextInt(5) == 0 ? 0 : Math.min(HANDSHAKE, session.length / 2);
    int at = from + random.nextInt(Math.max(1, session.length - from));
    int length = Math.min(1 + random.nextInt(64), session.length - at);
    return switch (random.nextInt(7)) {
      case 0 -> withOctet(session, at, (byte) random.nextInt(256));
      case 1 -> withOctet(session, at, (byte) (session[at] ^ (1 << random.nextInt(8))));
      case 2 -> Arrays.copyOf(session, at);
      case 3 -> spliced(session, at, at + length, new byte[0]);
      case 4 -> spliced(session, at, at, Arrays.copyOfRange(session, at, at + length));
      case 5 -> spliced(session, at, at, noise(length));
      default -> spliced(session, at, at + length, noise(length));
    };
  }

  private static byte[] withOctet(byte[] session, int at, byte octet) {
    session[at] = octet;
    return session;
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  /** The session with {@code instead} for what is between two positions. */
  private static byte[] spliced(byte[] session, int from, int to, byte[] instead) {
    byte[] result = new byte[session.length - (to - from) + instead.length];
    System.arraycopy(session, 0, result, 0, from);
    System.arraycopy(instead, 0, result, from, instead.length);
    System.arraycopy(session, to, result, from + instead.length, session.length - to);
    return result;
  }
}
