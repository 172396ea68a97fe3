package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How messages come to consumers, and how that ends. */
abstract class ConsumingContract extends BrokerContract {
  @Test
  void consumerGetsWhatWaitsAndWhatComes() throws Exception {
    String queue = queue();
    send(queue, "waits");
    Inbox inbox = consume(queue);

    send(queue, "comes");

    assertThat(inbox.nextTexts(2)).containsExactly("waits", "comes");
  }

  @Test
  void deliveryTagsCountUpFromOne() throws Exception {
    String queue = queue();
    Inbox inbox = consume(queue);

    send(queue, "a", "b");

    assertThat(inbox.next().getEnvelope().getDeliveryTag()).isEqualTo(1);
    assertThat(inbox.next().getEnvelope().getDeliveryTag()).isEqualTo(2);
  }

  @Test
  void consumersOfOneQueueTakeTurns() throws Exception {
    String queue = queue();
    Inbox one = consume(queue);
    Inbox other = consume(queue);

    send(queue, "1", "2", "3", "4");

    assertThat(one.nextTexts(2)).hasSize(2);
    assertThat(other.nextTexts(2)).hasSize(2);
  }

  @Test
  void brokerNamesAConsumerWithoutTag() throws Exception {
    assertThat(consume(queue()).getConsumerTag()).isNotEmpty();
    assertThat(channel().basicConsume(queue(), new Inbox(channel())))
        .matches("amq\\.ctag-[A-Za-z0-9_-]{22}");
  }

  @Test
  void consumerTagInUseClosesTheConnection() throws Exception {
    String queue = queue();

    assertThat(
            refused(
                on -> {
                  on.basicConsume(queue, false, "tag", new Inbox(on));
                  on.basicConsume(queue, false, "tag", new Inbox(on));
                }))
        .isEqualTo(Closed.connection(530, "NOT_ALLOWED - attempt to reuse consumer tag 'tag'"));
  }

  @Test
  void sameTagMayBeUsedOnAnotherChannel() throws Exception {
    String queue = queue();
    Channel other = connection().createChannel();
    channel().basicConsume(queue, false, "tag", new Inbox(channel()));

    assertThat(other.basicConsume(queue, false, "tag", new Inbox(other))).isEqualTo("tag");
  }

  @Test
  void missingQueueCannotBeConsumed() throws Exception {
    assertThat(refused(on -> consume(on, "nope")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no queue 'nope' in vhost '/'"));
  }

  @Test
  void deliveryWithoutAckIsSettledWhenSent() throws Exception {
    String queue = queue();
    Channel other = connection().createChannel();
    Inbox inbox = new Inbox(other);
    other.basicConsume(queue, true, inbox);
    send(queue, "hello");
    inbox.next();

    other.close();

    assertThat(ready(queue)).isZero();
  }

  @Test
  void cancelledConsumerGetsNothingMore() throws Exception {
    String queue = queue();
    Inbox inbox = consume(queue);

    channel().basicCancel(inbox.getConsumerTag());
    send(queue, "hello");

    assertThat(ready(queue)).isEqualTo(1);
    assertThat(inbox.isEmpty()).isTrue();
  }

  @Test
  void cancelledConsumerMaySettleWhatItHas() throws Exception {
    String queue = queue();
    send(queue, "hello");
    Inbox inbox = consume(queue);
    Delivery delivery = inbox.next();

    channel().basicCancel(inbox.getConsumerTag());
    channel().basicNack(delivery.getEnvelope().getDeliveryTag(), false, true);

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void cancellingDoesNotGiveBackWhatTheConsumerHas() throws Exception {
    String queue = queue();
    send(queue, "hello");
    Inbox inbox = consume(queue);
    inbox.next();

    channel().basicCancel(inbox.getConsumerTag());

    assertThat(ready(queue)).isZero();
  }

  @Test
  void consumerIsToldWhenItsQueueIsDeleted() throws Exception {
    String queue = queue();
    Inbox inbox = consume(queue);

    channel().queueDelete(queue);

    assertThat(inbox.wasCancelled()).isTrue();
  }

  @Test
  void consumerIsNotToldWhenItCancelsItself() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, true, Map.of());
    Inbox inbox = consume(queue);

    channel().basicCancel(inbox.getConsumerTag());

    assertThatCode(() -> channel().queueDelete(queue)).doesNotThrowAnyException();
  }

  @Test
  void closedChannelGivesBackWhatItHas() throws Exception {
    String queue = queue();
    send(queue, "one", "two");
    Channel other = connection().createChannel();
    consume(other, queue).nextTexts(2);

    other.close();

    Awaitility.await().untilAsserted(() -> assertThat(ready(queue)).isEqualTo(2));
    assertThat(drain(queue)).containsExactly("one", "two");
  }

  @Test
  void lostConnectionGivesBackWhatItHas() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, false, Map.of());
    send(queue, "hello");
    Connection other = broker().connect();
    consume(other.createChannel(), queue).next();

    other.abort();

    Awaitility.await().untilAsserted(() -> assertThat(ready(queue)).isEqualTo(1));
    assertThat(take(queue).getEnvelope().isRedeliver()).isTrue();
    channel().queueDelete(queue);
  }

  @Test
  void otherConsumerGetsWhatAClosedChannelGivesBack() throws Exception {
    String queue = queue();
    send(queue, "one", "two", "three");
    Channel other = connection().createChannel();
    consume(other, queue).nextTexts(3);
    Inbox inbox = consume(queue);

    other.close();

    assertThat(inbox.nextTexts(3)).isEqualTo(List.of("one", "two", "three"));
  }

  @Test
  void channelClosedForAnErrorGivesBackWhatItHas() throws Exception {
    String queue = queue();
    send(queue, "hello");

    refused(
        on -> {
          consume(on, queue).next();
          on.basicAck(99, false);
        });

    Awaitility.await().untilAsserted(() -> assertThat(ready(queue)).isEqualTo(1));
  }
}
