package org.postage.chaos;

import java.time.Duration;

/**
 * How much of a scenario is run.
 *
 * @param messages messages, or calls, of all senders together
 * @param faults how many faults meanwhile
 * @param interval how long from one fault to the next, or how long one lasts, where time decides
 */
record Size(int messages, int faults, Duration interval) {
  /** Whether the whole gate is run: {@code -Dpostage.chaos=gate}. */
  static boolean isGate() {
    return "gate".equals(System.getProperty("postage.chaos"));
  }

  /** The second where the whole gate is run, otherwise the first. */
  static Size of(Size inEveryBuild, Size inTheGate) {
    return isGate() ? inTheGate : inEveryBuild;
  }

  /**
   * A bound on time, in milliseconds. It is what it is where the scenarios have the machine to
   * themselves, and 20 s more in every other build: two cores that others load as well hold up a
   * process for seconds, which says nothing of the library.
   */
  static int limit(int millis) {
    return System.getProperty("postage.chaos") == null ? millis + 20_000 : millis;
  }

  /** The same of a duration. */
  static Duration limit(Duration bound) {
    return Duration.ofMillis(limit(Math.toIntExact(bound.toMillis())));
  }

  /** How many messages there are to be in each second, for the faults to be spread over them. */
  int perSecond() {
    return Math.toIntExact(messages * 1_000L / (faults * interval.toMillis()));
  }
}
