package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Queues with a length, and queues with priorities. */
abstract class QueueLimitsContract extends BrokerContract {
  @Test
  void fullQueueDropsItsOldestMessages() throws Exception {
    String queue = queue(Map.of("x-max-length", 2));

    send(queue, "one", "two", "three");

    assertThat(drain(queue)).containsExactly("two", "three");
  }

  @Test
  void queueLimitedInBytesDropsItsOldestMessages() throws Exception {
    String queue = queue(Map.of("x-max-length-bytes", 10));

    send(queue, "12345", "1234", "123");

    assertThat(drain(queue)).containsExactly("1234", "123");
  }

  @Test
  void messagesThatConsumersHaveDoNotCount() throws Exception {
    String queue = queue(Map.of("x-max-length", 1));
    send(queue, "one");
    channel().basicGet(queue, false);

    send(queue, "two");

    assertThat(drain(queue)).containsExactly("two");
  }

  @Test
  void messageThatIsReturnedToAFullQueuePushesOutTheOldest() throws Exception {
    String queue = queue(Map.of("x-max-length", 1));
    send(queue, "one");
    long tag = channel().basicGet(queue, false).getEnvelope().getDeliveryTag();
    send(queue, "two");

    channel().basicReject(tag, true);

    assertThat(drain(queue)).containsExactly("two");
  }

  @Test
  void fullQueueNacksIfItRejects() throws Exception {
    String queue = queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
    send(queue, "one");

    channel().basicPublish("", queue, null, "two".getBytes(UTF_8));

    assertThat(awaitConfirms()).isFalse();
    assertThat(drain(queue)).containsExactly("one");
  }

  @Test
  void rejectingQueueTakesMessagesAgainOnceThereIsRoom() throws Exception {
    String queue = queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
    send(queue, "one");
    drain(queue);

    channel().basicPublish("", queue, null, "two".getBytes(UTF_8));

    assertThat(awaitConfirms()).isTrue();
    assertThat(drain(queue)).containsExactly("two");
  }

  @Test
  void messageIsNackedIfOneOfItsQueuesRejectsIt() throws Exception {
    String exchange = exchange("fanout");
    String full = queue(Map.of("x-max-length", 0, "x-overflow", "reject-publish"));
    channel().queueBind(full, exchange, "");
    String roomy = boundQueue(exchange, "");

    channel().basicPublish(exchange, "", null, "hello".getBytes(UTF_8));

    assertThat(awaitConfirms()).isFalse();
    assertThat(drain(roomy)).containsExactly("hello");
  }

  @Test
  void emptyLimitStillLetsMessagesThroughToConsumers() throws Exception {
    String queue = queue(Map.of("x-max-length", 0));
    Inbox inbox = consume(queue);

    send(queue, "hello");

    assertThat(inbox.nextText()).isEqualTo("hello");
  }

  @Test
  void higherPriorityComesFirst() throws Exception {
    String queue = queue(Map.of("x-max-priority", 5));
    sendWithPriority(queue, 1, "low");
    sendWithPriority(queue, 5, "high");
    sendWithPriority(queue, 3, "middle");

    assertThat(drain(queue)).containsExactly("high", "middle", "low");
  }

  @Test
  void equalPrioritiesKeepTheirOrder() throws Exception {
    String queue = queue(Map.of("x-max-priority", 5));
    sendWithPriority(queue, 2, "one");
    sendWithPriority(queue, 2, "two");
    sendWithPriority(queue, 2, "three");

    assertThat(drain(queue)).containsExactly("one", "two", "three");
  }

  @Test
  void priorityAboveTheHighestCountsAsTheHighest() throws Exception {
    String queue = queue(Map.of("x-max-priority", 5));
    sendWithPriority(queue, 5, "one");
    sendWithPriority(queue, 200, "two");

    assertThat(drain(queue)).containsExactly("one", "two");
  }

  @Test
  void noPriorityIsTheLowest() throws Exception {
    String queue = queue(Map.of("x-max-priority", 5));
    send(queue, "none");
    sendWithPriority(queue, 1, "one");

    assertThat(drain(queue)).containsExactly("one", "none");
  }

  @Test
  void queueWithoutPrioritiesKeepsTheOrderOfArrival() throws Exception {
    String queue = queue();
    sendWithPriority(queue, 1, "one");
    sendWithPriority(queue, 5, "two");

    assertThat(drain(queue)).containsExactly("one", "two");
  }

  private void sendWithPriority(String queue, int priority, String text) throws Exception {
    publish("", queue, properties().priority(priority).build(), text);
  }
}
