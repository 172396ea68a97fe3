package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postage.topology.Destination;
import org.postage.transport.NotSentException;
import org.postage.transport.RawMessage;

/** About {@link OutgoingMessages}: what random events of {@link PublisherStatesTest} found. */
class OutgoingMessagesTest {
  private static final int MAX = 2;
  private static final Destination TO = Destination.queue("q");

  private final OutgoingMessages outgoing = new OutgoingMessages(MAX);
  private final ConfirmWindow window = new ConfirmWindow(MAX);
  // No message has a moment to wait for room: nobody has to, where there is some.
  private final long now = System.nanoTime();

  @Test
  void connectionThatIsBlockedStaysSoWithoutItsChannel() {
    outgoing.open(channel(), window);
    outgoing.blocked("alarm");
    outgoing.lost(publish -> false);

    outgoing.open(channel(), new ConfirmWindow(MAX));
    outgoing.add(publish());

    assertThat(outgoing.blocked()).isEqualTo("alarm");
    assertThat(outgoing.next()).isNull();
  }

  @Test
  void whatIsToBeTriedAgainIsGivenUpAtClosing() {
    PendingPublish publish = cameBackAfterAnOutage();

    assertThat(outgoing.close()).containsExactly(publish);
  }

  @Test
  void whatIsToBeTriedAgainCountsAsOutstanding() {
    cameBackAfterAnOutage();
    outgoing.add(publish());

    assertThatThrownBy(() -> outgoing.add(publish())).isInstanceOf(NotSentException.class);
    assertThat(outgoing.flush(Duration.ZERO)).isFalse();
  }

  @Test
  void whatEndedMeanwhileIsNotTriedAgain() {
    PendingPublish publish = publish();
    outgoing.add(publish);
    outgoing.open(channel(), window);
    outgoing.next();
    publish.returned();
    publish.outcome.cancel(false);

    OutgoingMessages.Answered acked = outgoing.acked(window, 1, false, now - 1);

    assertThat(acked.ended()).containsExactly(publish);
    assertThat(acked.postponed()).isEmpty();
  }

  @Test
  void whatWasRefusedIsTriedAgainUntilItsDeadline() {
    PendingPublish publish = publish();
    outgoing.open(channel(), window);
    outgoing.add(publish);
    outgoing.next();

    assertThat(outgoing.nacked(window, 1, false, now - 1).postponed()).containsExactly(publish);
    assertThat(outgoing.next()).isNull();
    outgoing.resume(publish);
    assertThat(outgoing.next()).extracting(OutgoingMessages.Next::publish).isEqualTo(publish);

    assertThat(outgoing.nacked(window, 2, false, now + 1).ended()).containsExactly(publish);
  }

  @Test
  void whatALostChannelDidNotConfirmIsWrittenFirstAndInItsOrder() {
    OutgoingMessages many = new OutgoingMessages(5);
    ConfirmWindow lost = new ConfirmWindow(5);
    List<PendingPublish> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(publish());
      many.add(all.get(i));
    }
    many.open(channel(), lost);
    for (int i = 0; i < 3; i++) {
      many.next();
    }
    many.acked(lost, 2, false, now);

    many.lost(publish -> false);
    many.open(channel(), new ConfirmWindow(5));

    List<PendingPublish> again = new ArrayList<>();
    for (var next = many.next(); next != null; next = many.next()) {
      again.add(next.publish());
    }
    assertThat(again).containsExactly(all.get(0), all.get(2), all.get(3), all.get(4));
    assertThat(many.resent()).as("of these the broker may have had already").isEqualTo(2);
  }

  @Test
  void whatCameBackIsNotCountedAsSentAgain() {
    PendingPublish publish = cameBackAfterAnOutage();

    outgoing.resume(publish);
    OutgoingMessages.Next next = outgoing.next();

    assertThat(next).isNotNull();
    assertThat(outgoing.resent()).isZero();
  }

  @Test
  void whoWasThereWhenTwoChannelsWereClosedIsWrittenAlone() {
    OutgoingMessages many = new OutgoingMessages(5);
    List<PendingPublish> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(publish());
      many.add(all.get(i));
    }
    for (int closings = 0; closings < 2; closings++) {
      many.open(channel(), new ConfirmWindow(5));
      while (many.next() != null) {
        // All of them are on their way.
      }
      many.lost(
          publish -> {
            publish.channelClosed();
            return publish.isGuilty();
          });
    }
    ConfirmWindow last = new ConfirmWindow(5);
    many.open(channel(), last);

    for (int i = 0; i < 3; i++) {
      assertThat(many.next()).extracting(OutgoingMessages.Next::publish).isEqualTo(all.get(i));
      assertThat(many.next()).isNull();
      many.acked(last, i + 1, false, now);
    }
  }

  private PendingPublish cameBackAfterAnOutage() {
    PendingPublish publish = publish();
    outgoing.add(publish);
    outgoing.open(channel(), window);
    outgoing.next();
    publish.returned();

    OutgoingMessages.Answered acked = outgoing.acked(window, 1, false, now - 1);

    assertThat(acked.ended()).isEmpty();
    assertThat(acked.postponed()).containsExactly(publish);
    return publish;
  }

  private PendingPublish publish() {
    return new PendingPublish(TO, RawMessage.of(new byte[0]).build(), true, now);
  }

  /** Only its identity counts. */
  static Channel channel() {
    return (Channel)
        Proxy.newProxyInstance(
            Channel.class.getClassLoader(),
            new Class<?>[] {Channel.class},
            (proxy, method, arguments) -> {
              throw new AssertionError(method);
            });
  }
}
