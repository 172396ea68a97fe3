package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import org.junit.jupiter.api.Test;

/** How many deliveries a client can have outstanding. */
abstract class PrefetchContract extends BrokerContract {
  @Test
  void consumerGetsNoMoreThanItsPrefetch() throws Exception {
    String queue = queue();
    channel().basicQos(2);
    Inbox inbox = consume(queue);

    send(queue, "1", "2", "3", "4");
    inbox.nextTexts(2);

    assertThat(ready(queue)).isEqualTo(2);
  }

  @Test
  void settlingMakesRoomForTheNext() throws Exception {
    String queue = queue();
    channel().basicQos(1);
    Inbox inbox = consume(queue);
    send(queue, "1", "2", "3");

    channel().basicAck(inbox.next().getEnvelope().getDeliveryTag(), false);
    channel().basicReject(inbox.next().getEnvelope().getDeliveryTag(), false);

    assertThat(inbox.nextText()).isEqualTo("3");
  }

  @Test
  void prefetchHoldsForEachConsumer() throws Exception {
    String queue = queue();
    channel().basicQos(1);
    Inbox one = consume(queue);
    Inbox other = consume(queue);

    send(queue, "1", "2", "3", "4");
    one.next();
    other.next();

    assertThat(ready(queue)).isEqualTo(2);
  }

  @Test
  void prefetchHoldsForConsumersThatComeLater() throws Exception {
    String queue = queue();
    channel().basicQos(1);
    Inbox one = consume(queue);
    channel().basicQos(3);
    Inbox other = consume(queue);

    send(queue, "1", "2", "3", "4", "5", "6");
    one.next();
    other.nextTexts(3);

    assertThat(ready(queue)).isEqualTo(2);
  }

  @Test
  void globalPrefetchHoldsForTheChannelsConsumersTogether() throws Exception {
    String queue = queue();
    channel().basicQos(2, true);
    Inbox one = consume(queue);
    Inbox other = consume(queue);

    send(queue, "1", "2", "3", "4");
    one.next();
    other.next();

    assertThat(ready(queue)).isEqualTo(2);
  }

  @Test
  void bothPrefetchesHoldTogether() throws Exception {
    String queue = queue();
    channel().basicQos(2, false);
    channel().basicQos(3, true);
    Inbox one = consume(queue);
    Inbox other = consume(queue);

    send(queue, "1", "2", "3", "4", "5");

    one.next();
    other.next();
    assertThat(ready(queue)).isEqualTo(2);
    assertThat(one.size() + other.size()).isLessThanOrEqualTo(1);
  }

  @Test
  void settlingMakesRoomInTheGlobalPrefetch() throws Exception {
    String queue = queue();
    channel().basicQos(1, true);
    Inbox inbox = consume(queue);
    send(queue, "1", "2");

    channel().basicAck(inbox.next().getEnvelope().getDeliveryTag(), false);

    assertThat(inbox.nextText()).isEqualTo("2");
  }

  @Test
  void prefetchDoesNotHoldWithoutAcks() throws Exception {
    String queue = queue();
    channel().basicQos(1);
    Inbox inbox = new Inbox(channel());
    channel().basicConsume(queue, true, inbox);

    send(queue, "1", "2", "3");

    assertThat(inbox.nextTexts(3)).hasSize(3);
  }

  @Test
  void zeroIsWithoutLimit() throws Exception {
    String queue = queue();
    channel().basicQos(1);
    channel().basicQos(0);
    Inbox inbox = consume(queue);

    send(queue, "1", "2", "3");

    assertThat(inbox.nextTexts(3)).hasSize(3);
  }

  @Test
  void prefetchInOctetsIsNotImplemented() throws Exception {
    assertThat(refused(on -> on.basicQos(10, 1, false)))
        .isEqualTo(Closed.connection(540, "NOT_IMPLEMENTED - prefetch_size!=0 (10)"));
  }

  @Test
  void flowCannotBeStoppedByTheClient() throws Exception {
    assertThat(refused(on -> on.rpc(new AMQP.Channel.Flow.Builder().active(false).build())))
        .isEqualTo(Closed.connection(540, "NOT_IMPLEMENTED - active=false"));
  }

  @Test
  void flowCanBeLeftOn() throws Exception {
    Channel other = connection().createChannel();

    assertThat(other.rpc(new AMQP.Channel.Flow.Builder().active(true).build()).getMethod())
        .isInstanceOf(AMQP.Channel.FlowOk.class);
  }
}
