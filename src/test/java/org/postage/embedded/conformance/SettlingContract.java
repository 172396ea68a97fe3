package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Acknowledging, rejecting and putting back. */
abstract class SettlingContract extends BrokerContract {
  @Test
  void ackedMessageIsGone() throws Exception {
    String queue = queue();
    send(queue, "hello");
    Channel other = connection().createChannel();
    GetResponse got = other.basicGet(queue, false);

    other.basicAck(got.getEnvelope().getDeliveryTag(), false);
    other.close();

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void multipleAckCoversAllUpToTheTag() throws Exception {
    String queue = queue();
    send(queue, "1", "2", "3");
    Channel other = connection().createChannel();
    Inbox inbox = consume(other, queue);
    inbox.next();
    Delivery second = inbox.next();
    inbox.next();

    other.basicAck(second.getEnvelope().getDeliveryTag(), true);
    other.close();

    assertThat(drain(queue)).containsExactly("3");
  }

  @Test
  void multipleAckOfZeroCoversAll() throws Exception {
    String queue = queue();
    send(queue, "1", "2", "3");
    Channel other = connection().createChannel();
    consume(other, queue).nextTexts(3);

    other.basicAck(0, true);
    other.close();

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void multipleAckOfZeroIsFineWithNothingToAck() throws Exception {
    channel().basicAck(0, true);

    assertThat(channel().queueDeclare().getQueue()).isNotEmpty();
  }

  @Test
  void requeuedMessageComesAgainMarkedAsRedelivered() throws Exception {
    String queue = queue();
    send(queue, "hello");
    Inbox inbox = consume(queue);

    channel().basicNack(inbox.next().getEnvelope().getDeliveryTag(), false, true);

    Delivery again = inbox.next();
    assertThat(Inbox.text(again)).isEqualTo("hello");
    assertThat(again.getEnvelope().isRedeliver()).isTrue();
    assertThat(again.getEnvelope().getDeliveryTag()).isEqualTo(2);
  }

  @Test
  void rejectedMessageComesAgainIfAsked() throws Exception {
    String queue = queue();
    send(queue, "hello");
    Inbox inbox = consume(queue);

    channel().basicReject(inbox.next().getEnvelope().getDeliveryTag(), true);

    assertThat(inbox.next().getEnvelope().isRedeliver()).isTrue();
  }

  @Test
  void rejectedMessageIsGoneIfAsked() throws Exception {
    String queue = queue();
    send(queue, "hello", "next");
    Channel other = connection().createChannel();
    GetResponse got = other.basicGet(queue, false);

    other.basicReject(got.getEnvelope().getDeliveryTag(), false);
    other.close();

    assertThat(drain(queue)).containsExactly("next");
  }

  @Test
  void multipleNackDiscardsAllUpToTheTag() throws Exception {
    String queue = queue();
    send(queue, "1", "2", "3");
    Channel other = connection().createChannel();
    Inbox inbox = consume(other, queue);
    inbox.next();
    Delivery second = inbox.next();
    inbox.next();

    other.basicNack(second.getEnvelope().getDeliveryTag(), true, false);
    other.close();

    assertThat(drain(queue)).containsExactly("3");
  }

  @Test
  void requeuedMessageReturnsToItsPlace() throws Exception {
    String queue = queue();
    send(queue, "1", "2", "3", "4");
    GetResponse first = channel().basicGet(queue, false);
    GetResponse second = channel().basicGet(queue, false);

    channel().basicNack(second.getEnvelope().getDeliveryTag(), false, true);
    channel().basicNack(first.getEnvelope().getDeliveryTag(), false, true);

    assertThat(drain(queue)).containsExactly("1", "2", "3", "4");
  }

  @Test
  void requeuedMessageStandsBeforeYoungerOnes() throws Exception {
    String queue = queue();
    send(queue, "1");
    GetResponse first = channel().basicGet(queue, false);
    send(queue, "2");

    channel().basicNack(first.getEnvelope().getDeliveryTag(), false, true);

    assertThat(drain(queue)).containsExactly("1", "2");
  }

  @Test
  void unknownTagClosesTheChannel() throws Exception {
    assertThat(refused(on -> on.basicAck(99, false))).isEqualTo(unknownTag(99));
  }

  @Test
  void tagZeroAloneIsUnknown() throws Exception {
    assertThat(refused(on -> on.basicAck(0, false))).isEqualTo(unknownTag(0));
  }

  @Test
  void unknownTagClosesTheChannelAlsoWithMultiple() throws Exception {
    assertThat(refused(on -> on.basicAck(5, true))).isEqualTo(unknownTag(5));
  }

  @Test
  void unknownTagOfARejectClosesTheChannel() throws Exception {
    assertThat(refused(on -> on.basicReject(7, true))).isEqualTo(unknownTag(7));
  }

  @Test
  void settlingTwiceClosesTheChannel() throws Exception {
    String queue = queue();
    send(queue, "hello");

    assertThat(
            refused(
                on -> {
                  long tag = consume(on, queue).next().getEnvelope().getDeliveryTag();
                  on.basicAck(tag, false);
                  on.basicAck(tag, false);
                }))
        .isEqualTo(unknownTag(1));
  }

  @Test
  void tagOfAnotherChannelIsUnknown() throws Exception {
    String queue = queue();
    send(queue, "hello");
    long tag = consume(queue).next().getEnvelope().getDeliveryTag();

    assertThat(refused(on -> on.basicAck(tag, false))).isEqualTo(unknownTag(tag));
  }

  @Test
  void tagOfADeliveryWithoutAckIsUnknown() throws Exception {
    String queue = queue();
    send(queue, "hello");

    assertThat(
            refused(
                on -> {
                  Inbox inbox = new Inbox(on);
                  on.basicConsume(queue, true, inbox);
                  on.basicAck(inbox.next().getEnvelope().getDeliveryTag(), false);
                }))
        .isEqualTo(unknownTag(1));
  }

  @Test
  void deliveryMayBeSettledAfterItsQueueWasDeleted() throws Exception {
    String queue = queue();
    send(queue, "hello");
    long tag = consume(queue).next().getEnvelope().getDeliveryTag();

    channel().queueDelete(queue);
    channel().basicNack(tag, false, true);

    assertThat(channel().queueDeclare().getQueue()).isNotEmpty();
  }

  private static Closed unknownTag(long tag) {
    return Closed.channel(406, "PRECONDITION_FAILED - unknown delivery tag " + tag);
  }

  @Test
  void recoverPutsAllBack() throws Exception {
    String queue = queue();
    send(queue, "1", "2");
    Inbox inbox = consume(queue);
    inbox.nextTexts(2);

    channel().basicRecover(true);

    Delivery again = inbox.next();
    assertThat(Inbox.text(again)).isEqualTo("1");
    assertThat(again.getEnvelope().isRedeliver()).isTrue();
    assertThat(inbox.nextText()).isEqualTo("2");
  }

  @Test
  void recoverWithoutRequeueIsNotImplemented() throws Exception {
    assertThat(refused(on -> on.basicRecover(false)))
        .isEqualTo(Closed.connection(540, "NOT_IMPLEMENTED - requeue=false"));
  }

  @Test
  void requeuedMessageGoesToAnotherConsumerIfThisOneHasGone() throws Exception {
    String queue = queue();
    send(queue, "hello");
    Inbox first = consume(queue);
    long tag = first.next().getEnvelope().getDeliveryTag();
    Channel other = connection().createChannel();
    Inbox second = new Inbox(other);
    channel().basicCancel(first.getConsumerTag());
    other.basicConsume(queue, false, Map.of(), second);

    channel().basicNack(tag, false, true);

    assertThat(second.nextText()).isEqualTo("hello");
  }
}
