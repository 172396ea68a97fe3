package org.postage.rabbitmq;

import org.junit.jupiter.api.Assumptions;

/** Something outside Java that a test cannot do without. */
public final class Requirement {
  private Requirement() {}

  /**
   * Skips the running test if the requirement is not met, or fails it with {@code
   * -Dpostage.strict=true}.
   *
   * @param remedy what is missing, and the command that installs it
   */
  public static void require(boolean met, String remedy) {
    if (!met && Boolean.getBoolean("postage.strict")) {
      throw new IllegalStateException(remedy);
    }
    Assumptions.assumeTrue(met, remedy);
  }
}
