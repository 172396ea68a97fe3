package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What time does to messages and queues. */
abstract class ExpiryContract extends BrokerContract {
  @Test
  void messageExpiresAfterTheQueuesTime() throws Exception {
    String queue = queue(Map.of("x-message-ttl", 50));
    send(queue, "hello");

    awaitEmpty(queue);

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void messageExpiresAfterItsOwnTime() throws Exception {
    String queue = queue();
    sendFor("50", queue, "hello");

    awaitEmpty(queue);

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void shorterTimeCounts() throws Exception {
    String queue = queue(Map.of("x-message-ttl", 60_000));
    sendFor("50", queue, "hello");

    awaitEmpty(queue);

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void messageWithTimeLeftStays() throws Exception {
    String queue = queue(Map.of("x-message-ttl", 60_000));

    sendFor("90000", queue, "hello");

    GetResponse got = take(queue);
    assertThat(text(got)).isEqualTo("hello");
    assertThat(got.getProps().getExpiration()).isEqualTo("90000");
  }

  @Test
  void messageWithoutTimeExpiresUnlessAConsumerWaits() throws Exception {
    String queue = queue();
    sendFor("0", queue, "lost");
    assertThat(drain(queue)).isEmpty();
    Inbox inbox = consume(queue);

    sendFor("0", queue, "taken");

    assertThat(inbox.nextText()).isEqualTo("taken");
  }

  @Test
  void messageBehindOneThatLivesLongerWaitsForIt() throws Exception {
    String queue = queue();
    sendFor("60000", queue, "long");
    sendFor("1", queue, "short");

    Awaitility.await().during(Duration.ofMillis(100)).until(() -> ready(queue) == 2);

    assertThat(drain(queue)).containsExactly("long");
  }

  @Test
  void messageThatAConsumerHasDoesNotExpire() throws Exception {
    String queue = queue(Map.of("x-message-ttl", 3_000));
    send(queue, "held");
    long tag = channel().basicGet(queue, false).getEnvelope().getDeliveryTag();
    send(queue, "waits");
    awaitEmpty(queue);

    channel().basicAck(tag, false);

    assertThat(channel().queueDeclare().getQueue()).as("the tag was still known").isNotEmpty();
  }

  @Test
  void requeuedMessageKeepsItsTime() throws Exception {
    String queue = queue(Map.of("x-message-ttl", 3_000));
    send(queue, "hello");
    long tag = channel().basicGet(queue, false).getEnvelope().getDeliveryTag();

    channel().basicNack(tag, false, true);
    awaitEmpty(queue);

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void unusedQueueExpires() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, false, Map.of("x-expires", 100));

    Awaitility.await()
        .pollInterval(Duration.ofMillis(400))
        .untilAsserted(
            () -> assertThat(refused(on -> on.queueDeclarePassive(queue)).code()).isEqualTo(404));
  }

  @Test
  void queueWithAConsumerDoesNotExpire() throws Exception {
    String queue = queue(Map.of("x-expires", 3_000));
    Inbox inbox = consume(queue);

    Awaitility.await().during(Duration.ofSeconds(4)).until(() -> ready(queue) == 0);
    send(queue, "hello");

    assertThat(inbox.nextText()).isEqualTo("hello");
  }

  @Test
  void queueThatIsRedeclaredDoesNotExpire() throws Exception {
    Map<String, Object> arguments = Map.of("x-expires", 3_000);
    String queue = queue(arguments);
    send(queue, "hello");

    Awaitility.await()
        .during(Duration.ofSeconds(4))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                channel().queueDeclare(queue, false, true, false, arguments).getMessageCount()
                    == 1);

    assertThat(drain(queue)).containsExactly("hello");
  }

  private void sendFor(String millis, String queue, String text) throws Exception {
    publish("", queue, properties().expiration(millis).build(), text);
  }

  private void awaitEmpty(String queue) {
    Awaitility.await().until(() -> ready(queue) == 0);
  }
}
