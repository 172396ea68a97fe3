package org.postage.embedded.model;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Names that the broker makes up. Nobody can guess them: a reply address is all that its owner has.
 */
final class Names {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 16;

  private Names() {}

  static String starting(String prefix) {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
