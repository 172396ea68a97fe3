package org.postage;

import java.time.Duration;

/**
 * When a processor stops to handle messages for a while, since too many fail: a database that is
 * down shall not have a whole queue fail. Immutable.
 *
 * @param failureRate which part of the last messages has to have failed, more than 0, at most 1
 * @param window how many of the last messages count, at least 1; before so many were handled it
 *     does nothing
 * @param pause how long it pauses, before it tries one message: where that is handled, all go on
 */
public record KillSwitch(double failureRate, int window, Duration pause) {
  /** Refuses values out of range. */
  public KillSwitch {
    if (!(failureRate > 0 && failureRate <= 1)) {
      throw new IllegalArgumentException(
          "failureRate: " + failureRate + " (expected: more than 0, at most 1)");
    }
    if (window < 1) {
      throw new IllegalArgumentException("window: " + window + " (expected: at least 1)");
    }
    if (pause.isZero() || pause.isNegative()) {
      throw new IllegalArgumentException("pause: " + pause + " (expected: more than PT0S)");
    }
  }

  /** Half of the last 20 messages failed; a pause of 30 seconds. */
  public static KillSwitch standard() {
    return new KillSwitch(0.5, 20, Duration.ofSeconds(30));
  }
}
