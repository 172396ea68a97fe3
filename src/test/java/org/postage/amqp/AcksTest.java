package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postage.amqp.FakeConnection.FakeChannel;
import org.postage.amqp.FakeConnection.Settled;
import org.postage.transport.Delivery;
import org.postage.transport.ManualTimer;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;

class AcksTest {
  private static final Duration WAIT = Duration.ofMillis(Acks.MAX_WAIT_MILLIS);

  private final ManualTimer clock = new ManualTimer();
  private final FakeConnection connection = new FakeConnection();
  private final LostAcks lost = new LostAcks();
  private static final Delivery DELIVERY = delivery(1);

  private final FakeChannel channel = open();

  private FakeChannel open() {
    try {
      connection.broker.createChannel();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return connection.last();
  }

  private Acks acks(int prefetch) {
    return new Acks(
        channel.client,
        Acks.limit(prefetch, 0),
        (task, millis) -> clock.schedule(task, millis, TimeUnit.MILLISECONDS),
        lost);
  }

  @Test
  void runOfFinishedDeliveriesIsAcknowledgedAtOnceWhenThereAreEnough() {
    Acks acks = acks(8);

    acks.settle(1, delivery(1), Outcome.ACK);
    acks.settle(3, delivery(3), Outcome.ACK);
    acks.settle(2, delivery(2), Outcome.ACK);
    assertThat(channel.settled).isEmpty();
    acks.settle(4, delivery(4), Outcome.ACK);

    assertThat(channel.commands).containsExactly("ack up to 4");
  }

  @Test
  void fewAreAcknowledgedAfterAMoment() {
    Acks acks = acks(100);

    acks.settle(1, delivery(1), Outcome.ACK);
    acks.settle(2, delivery(2), Outcome.ACK);
    clock.advance(WAIT.minusNanos(1));
    assertThat(channel.commands).isEmpty();
    clock.advance(Duration.ofNanos(1));

    assertThat(channel.commands).containsExactly("ack up to 2");
  }

  @Test
  void whatIsNotFinishedIsNeverAcknowledgedAndHoldsUpNobody() {
    Acks acks = acks(100);

    acks.settle(1, delivery(1), Outcome.ACK);
    acks.settle(2, delivery(2), Outcome.ACK);
    acks.settle(4, delivery(4), Outcome.ACK);
    acks.settle(6, delivery(6), Outcome.ACK);
    clock.advance(WAIT);
    assertThat(channel.commands).containsExactly("ack up to 2", "ack 4", "ack 6");
    acks.settle(3, delivery(3), Outcome.ACK);
    acks.settle(5, delivery(5), Outcome.ACK);
    acks.settle(7, delivery(7), Outcome.ACK);
    clock.advance(WAIT);

    assertThat(channel.commands).containsExactly("ack up to 2", "ack 4", "ack 6", "ack up to 7");
  }

  @Test
  void whatIsGivenBackIsSaidAtOnceAndNeverTheOneThatARunIsNamedBy() {
    Acks acks = acks(100);

    acks.settle(1, delivery(1), Outcome.ACK);
    acks.settle(2, delivery(2), Outcome.REJECT);
    acks.settle(3, delivery(3), Outcome.ACK);
    acks.settle(4, delivery(4), Outcome.REQUEUE);
    acks.settle(5, delivery(5), Outcome.REJECT);
    clock.advance(WAIT);

    assertThat(channel.commands)
        .containsExactly("reject 2", "requeue 4", "reject 5", "ack up to 3");
  }

  @Test
  void brokerThatAllowsFewDoesNotWaitForMore() {
    Acks acks = acks(1);

    acks.settle(1, delivery(1), Outcome.ACK);

    assertThat(channel.commands).containsExactly("ack 1");
  }

  @Test
  void gatheredOnesOfAChannelThatIsGoneAreRemembered() {
    Acks acks = acks(100);

    acks.settle(1, delivery(1), Outcome.ACK);
    acks.settle(3, delivery(3), Outcome.ACK);
    channel.isOpen = false;
    acks.settle(4, delivery(4), Outcome.ACK);
    acks.flush();

    assertThat(channel.commands).isEmpty();
    for (int number : new int[] {1, 3, 4}) {
      assertThat(lost.take(redelivered(number))).isTrue();
    }
    assertThat(lost.take(redelivered(2))).isFalse();
  }

  /** More than there are places to begin with. */
  @Test
  void anyNumberMayBeFinishedBehindASlowOne() {
    Acks acks = acks(65_535);

    for (int tag = 2; tag <= 3_000; tag++) {
      acks.settle(tag, delivery(tag), Outcome.ACK);
    }
    acks.flush();
    acks.settle(1, delivery(1), Outcome.ACK);
    acks.settle(3_001, delivery(3_001), Outcome.ACK);
    acks.flush();

    List<Long> settled = new ArrayList<>();
    channel.settled.stream().map(Settled::tag).sorted().forEach(settled::add);
    assertThat(settled).hasSize(3_001).doesNotHaveDuplicates().contains(1L, 3_001L);
    assertThat(channel.commands).last().isEqualTo("ack up to 3001");
  }

  /** Each of them was looked at with each acknowledgement once: that took minutes. */
  @Test
  void slowOneMakesOthersNoDearer() {
    Acks acks = acks(65_535);

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int tag = 2; tag <= 500_000; tag++) {
            acks.settle(tag, DELIVERY, Outcome.ACK);
            channel.commands.clear();
            channel.settled.clear();
          }
        });
  }

  @Test
  void placesOfThoseAtWorkAreNeverTakenByGatheredOnes() {
    assertThat(Acks.limit(1, 1)).isEqualTo(1);
    assertThat(Acks.limit(64, 64)).isEqualTo(1);
    assertThat(Acks.limit(4, 8)).isEqualTo(1);
    assertThat(Acks.limit(16, 1)).isEqualTo(7);
    assertThat(Acks.limit(16, 8)).isEqualTo(4);
    assertThat(Acks.limit(250, 1)).isEqualTo(Acks.MAX_GATHERED);
  }

  private static Delivery delivery(int number) {
    return new Delivery(message(number), "q", "", "q", false);
  }

  private static Delivery redelivered(int number) {
    return new Delivery(message(number), "q", "", "q", true);
  }

  private static RawMessage message(int number) {
    return RawMessage.of(new byte[0]).messageId("id-" + number).headers(Map.of()).build();
  }
}
