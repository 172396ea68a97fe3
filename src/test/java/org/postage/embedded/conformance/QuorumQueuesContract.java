package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What a quorum queue does otherwise. Limits are 3.10's: none by default, and lost deliveries
 * count.
 */
abstract class QuorumQueuesContract extends BrokerContract {
  @Test
  void messageComesThrough() throws Exception {
    String queue = quorumQueue(Map.of());
    Inbox inbox = consume(queue);

    send(queue, "hello");

    assertThat(inbox.nextText()).isEqualTo("hello");
  }

  @Test
  void firstDeliveryHasNoCount() throws Exception {
    String queue = quorumQueue(Map.of());
    send(queue, "hello");

    Delivery first = consume(queue).next();

    assertThat(first.getProperties().getHeaders()).isNull();
    assertThat(first.getEnvelope().isRedeliver()).isFalse();
  }

  @Test
  void laterDeliveriesAreCounted() throws Exception {
    String queue = quorumQueue(Map.of());
    send(queue, "hello");
    Inbox inbox = consume(queue);

    requeue(inbox.next());
    Delivery second = inbox.next();
    requeue(second);
    Delivery third = inbox.next();

    assertThat(second.getProperties().getHeaders()).containsEntry("x-delivery-count", 1L);
    assertThat(second.getEnvelope().isRedeliver()).isTrue();
    assertThat(third.getProperties().getHeaders()).containsEntry("x-delivery-count", 2L);
  }

  @Test
  void limitOfNAllowsOneDeliveryMore() throws Exception {
    String grave = queue();
    String queue =
        quorumQueue(
            Map.of(
                "x-delivery-limit",
                2,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                grave));
    send(queue, "hello");
    Inbox inbox = consume(queue);

    requeue(inbox.next());
    requeue(inbox.next());
    requeue(inbox.next());

    Delivery dead = consume(grave).next();
    assertThat(dead.getProperties().getHeaders().get("x-first-death-reason"))
        .hasToString("delivery_limit");
    assertThat(inbox.isEmpty()).isTrue();
  }

  @Test
  void messageOverTheLimitIsDroppedWithoutDeadLetterExchange() throws Exception {
    String queue = quorumQueue(Map.of("x-delivery-limit", 0));
    send(queue, "hello");

    requeue(consume(queue).next());

    Awaitility.await().until(() -> ready(queue) == 0);
  }

  @Test
  void closedChannelCountsForAllThatItHad() throws Exception {
    String queue = quorumQueue(Map.of());
    send(queue, "one", "two");
    Channel other = connection().createChannel();
    consume(other, queue).nextTexts(2);

    other.close();

    Inbox inbox = consume(queue);
    assertThat(inbox.next().getProperties().getHeaders()).containsEntry("x-delivery-count", 1L);
    assertThat(inbox.next().getProperties().getHeaders()).containsEntry("x-delivery-count", 1L);
  }

  private void requeue(Delivery delivery) throws Exception {
    channel().basicNack(delivery.getEnvelope().getDeliveryTag(), false, true);
  }
}
