package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarningLimitTest {
  private long now = -7;
  private final WarningLimit limit = new WarningLimit(() -> now);
  private final List<String> lines = new ArrayList<>();

  @Test
  void firstWarningIsLoggedAtOnce() {
    warn("queue", "unreadable");

    assertThat(lines).containsExactly("queue unreadable");
  }

  @Test
  void oneASecondTellsHowManyWereLeftOut() {
    for (int i = 0; i < 100; i++) {
      warn("queue", "unreadable");
    }
    now += Duration.ofSeconds(1).toNanos();
    warn("queue", "unreadable");
    warn("queue", "unreadable");
    now += Duration.ofSeconds(5).toNanos();
    warn("queue", "unreadable");
    now += Duration.ofSeconds(5).toNanos();
    warn("queue", "unreadable");

    assertThat(lines)
        .containsExactly(
            "queue unreadable",
            "queue unreadable (99 more like it were left out before)",
            "queue unreadable (1 more like it were left out before)",
            "queue unreadable");
  }

  @Test
  void anotherQueueOrReasonIsLoggedForItself() {
    warn("queue", "unreadable");
    warn("queue", "failed");
    warn("other", "unreadable");

    assertThat(lines).containsExactly("queue unreadable", "queue failed", "other unreadable");
  }

  @Test
  void whatIsRememberedIsBounded() {
    warn("queue", "unreadable");
    for (int i = 0; i < 1_000; i++) {
      warn("queue-" + i, "unreadable");
    }
    lines.clear();

    // It was forgotten, and so it is logged again: too many lines rather than too much memory.
    warn("queue", "unreadable");

    assertThat(lines).containsExactly("queue unreadable");
  }

  private void warn(String queue, String reason) {
    limit.warn(queue, reason, leftOut -> lines.add(queue + " " + reason + leftOut));
  }
}
