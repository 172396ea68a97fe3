package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.RawMessage;

class NacksTest {
  private static final Destination FULL = Exchange.direct("e").withKey("full");
  private static final Destination OTHER = Exchange.direct("e").withKey("other");
  private static final long START = -5;

  private final Nacks nacks = new Nacks();

  @Test
  void destinationThatWasOnlyRefusedForAWhileIsEnough() {
    assertThat(nacked(FULL, 0)).isFalse();
    assertThat(nacked(FULL, Nacks.PATIENCE_NANOS)).isFalse();
    acked(OTHER);

    assertThat(nacked(FULL, Nacks.PATIENCE_NANOS + 1)).isTrue();
  }

  @Test
  void refusalNowAndThenIsNotEnough() {
    assertThat(nacked(FULL, 0)).isFalse();
    acked(FULL);

    assertThat(nacked(FULL, 2 * Nacks.PATIENCE_NANOS)).isFalse();
  }

  @Test
  void anotherChannelHasTheWholeWhileAgain() {
    assertThat(nacked(FULL, 0)).isFalse();
    nacks.opened();

    assertThat(nacked(FULL, 2 * Nacks.PATIENCE_NANOS)).isFalse();
  }

  @Test
  void whileDoublesEachTimeUntilSomethingIsConfirmed() {
    assertThat(timeUntilEnough()).isEqualTo(Nacks.PATIENCE_NANOS);
    assertThat(timeUntilEnough()).isEqualTo(2 * Nacks.PATIENCE_NANOS);
    for (int i = 0; i < 20; i++) {
      assertThat(timeUntilEnough()).isLessThanOrEqualTo(Nacks.MAX_PATIENCE_NANOS);
    }
    assertThat(timeUntilEnough()).isEqualTo(Nacks.MAX_PATIENCE_NANOS);

    assertThat(nacked(FULL, 0)).isFalse();
    acked(FULL);

    assertThat(timeUntilEnough()).isEqualTo(Nacks.PATIENCE_NANOS);
  }

  // In steps of a second and a little.
  private long timeUntilEnough() {
    nacks.opened();
    long step = Duration.ofSeconds(1).toNanos();
    for (long at = 0; ; at += step) {
      if (nacked(FULL, at == 0 ? 0 : at + 1)) {
        return at;
      }
    }
  }

  private boolean nacked(Destination to, long nanos) {
    return nacks.nacked(List.of(publish(to)), START + nanos);
  }

  private void acked(Destination to) {
    nacks.acked(List.of(publish(to)));
  }

  private static PendingPublish publish(Destination to) {
    return new PendingPublish(to, RawMessage.of(new byte[0]).build(), true, 0);
  }
}
