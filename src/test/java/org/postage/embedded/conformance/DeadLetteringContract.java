package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Where messages go that a queue gives up. The header is RabbitMQ 3's; 4.0 counts otherwise. */
abstract class DeadLetteringContract extends BrokerContract {
  @Test
  void rejectedMessageIsDeadLettered() throws Exception {
    String grave = queue();
    String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));
    send(queue, "hello");

    reject(queue);

    Delivery dead = consume(grave).next();
    assertThat(Inbox.text(dead)).isEqualTo("hello");
    assertThat(dead.getEnvelope().getExchange()).isEmpty();
    assertThat(dead.getEnvelope().getRoutingKey()).isEqualTo(grave);
    assertThat(dead.getEnvelope().isRedeliver()).isFalse();
  }

  @Test
  void deathIsDescribed() throws Exception {
    String grave = queue();
    String exchange = exchange("direct");
    String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));
    channel().queueBind(queue, exchange, "k");
    publish(exchange, "k", "hello");

    reject(queue);

    Map<String, Object> headers = consume(grave).next().getProperties().getHeaders();
    assertThat(plain(headers))
        .containsEntry("x-first-death-reason", "rejected")
        .containsEntry("x-first-death-queue", queue)
        .containsEntry("x-first-death-exchange", exchange);
    Map<String, Object> death = deaths(headers).get(0);
    assertThat(death)
        .containsOnlyKeys("count", "reason", "queue", "time", "exchange", "routing-keys")
        .containsEntry("count", 1L)
        .containsEntry("reason", "rejected")
        .containsEntry("queue", queue)
        .containsEntry("exchange", exchange);
    assertThat(death.get("routing-keys")).asString().isEqualTo("[k]");
  }

  @Test
  void withoutAKeyOfItsOwnTheOldOneIsKept() throws Exception {
    String exchange = exchange("topic");
    String grave = boundQueue(exchange, "#");
    String queue = queue(Map.of("x-dead-letter-exchange", exchange));
    send(queue, "hello");

    reject(queue);

    assertThat(consume(grave).next().getEnvelope().getRoutingKey()).isEqualTo(queue);
  }

  @Test
  void expiredMessageIsDeadLettered() throws Exception {
    String grave = queue();
    String queue =
        queue(
            Map.of(
                "x-message-ttl",
                30,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                grave));

    send(queue, "hello");

    Delivery dead = consume(grave).next();
    assertThat(deaths(dead.getProperties().getHeaders()).get(0)).containsEntry("reason", "expired");
  }

  @Test
  void expirationIsMovedIntoTheHeader() throws Exception {
    String grave = queue();
    String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));

    publish("", queue, properties().expiration("30").build(), "hello");

    BasicProperties dead = consume(grave).next().getProperties();
    assertThat(dead.getExpiration()).isNull();
    assertThat(deaths(dead.getHeaders()).get(0)).containsEntry("original-expiration", "30");
  }

  @Test
  void droppedMessageIsDeadLettered() throws Exception {
    String grave = queue();
    String queue =
        queue(
            Map.of(
                "x-max-length",
                1,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                grave));

    send(queue, "old", "new");

    Delivery dead = consume(grave).next();
    assertThat(Inbox.text(dead)).isEqualTo("old");
    assertThat(deaths(dead.getProperties().getHeaders()).get(0)).containsEntry("reason", "maxlen");
    assertThat(drain(queue)).containsExactly("new");
  }

  @Test
  void refusedMessageIsDeadLetteredIfAsked() throws Exception {
    String grave = queue();
    String queue =
        queue(
            Map.of(
                "x-max-length",
                1,
                "x-overflow",
                "reject-publish-dlx",
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                grave));
    send(queue, "old");

    channel().basicPublish("", queue, null, "new".getBytes(UTF_8));

    assertThat(awaitConfirms()).isFalse();
    assertThat(consume(grave).nextText()).isEqualTo("new");
  }

  @Test
  void refusedMessageIsNotDeadLetteredOtherwise() throws Exception {
    String grave = queue();
    String queue =
        queue(
            Map.of(
                "x-max-length",
                1,
                "x-overflow",
                "reject-publish",
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                grave));
    send(queue, "old");

    channel().basicPublish("", queue, null, "new".getBytes(UTF_8));

    assertThat(awaitConfirms()).isFalse();
    assertThat(ready(grave)).isZero();
  }

  @Test
  void purgedAndDeletedMessagesAreNotDeadLettered() throws Exception {
    String grave = queue();
    String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));
    send(queue, "purged");
    channel().queuePurge(queue);
    send(queue, "deleted");

    channel().queueDelete(queue);

    assertThat(ready(grave)).isZero();
  }

  @Test
  void missingDeadLetterExchangeLosesTheMessage() throws Exception {
    String queue = queue(Map.of("x-dead-letter-exchange", "nope"));
    send(queue, "hello");

    reject(queue);

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void sameDeathAgainOnlyCounts() throws Exception {
    String queue = fresh("q");
    String waiting =
        queue(
            Map.of(
                "x-message-ttl",
                10,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                queue));
    channel()
        .queueDeclare(
            queue,
            false,
            true,
            false,
            Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", waiting));
    Inbox inbox = consume(queue);
    send(queue, "hello");

    channel().basicReject(inbox.next().getEnvelope().getDeliveryTag(), false);
    channel().basicReject(inbox.next().getEnvelope().getDeliveryTag(), false);

    List<Map<String, Object>> deaths = deaths(inbox.next().getProperties().getHeaders());
    assertThat(deaths).hasSize(2);
    assertThat(deaths.get(0)).containsEntry("reason", "expired").containsEntry("count", 2L);
    assertThat(deaths.get(1)).containsEntry("reason", "rejected").containsEntry("count", 2L);
  }

  @Test
  void messageGoingRoundByItselfIsDropped() throws Exception {
    String queue = fresh("q");
    channel()
        .queueDeclare(
            queue,
            false,
            true,
            false,
            Map.of(
                "x-message-ttl",
                10,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                queue));

    send(queue, "hello");

    Awaitility.await().until(() -> ready(queue) == 0);
    Awaitility.await().during(Duration.ofMillis(100)).until(() -> ready(queue) == 0);
  }

  @Test
  void messageWithDeathsOfItsPublisherIsDroppedWhereItWouldGoRound() throws Exception {
    String grave = queue();
    String queue =
        queue(
            Map.of(
                "x-message-ttl",
                10,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                grave));
    Map<String, Object> death = Map.of("queue", grave, "reason", "expired", "count", 1L);

    publish("", queue, headers(Map.of("x-death", List.of(death))), "hello");

    Awaitility.await().until(() -> ready(queue) == 0);
    Awaitility.await().during(Duration.ofMillis(100)).until(() -> ready(grave) == 0);
  }

  @Test
  void latestDeathStandsFirst() throws Exception {
    String grave = queue();
    String second = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));
    String first = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", second));
    send(first, "hello");
    reject(first);
    Awaitility.await().until(() -> ready(second) == 1);

    reject(second);

    Map<String, Object> headers = consume(grave).next().getProperties().getHeaders();
    assertThat(deaths(headers))
        .extracting(death -> death.get("queue"))
        .containsExactly(second, first);
    assertThat(plain(headers)).containsEntry("x-first-death-queue", first);
  }

  @Test
  void ccIsDroppedWithAKeyOfTheQueues() throws Exception {
    String grave = queue();
    String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));
    publish("", queue, headers(Map.of("CC", List.of("elsewhere"), "a", 1)), "hello");

    reject(queue);

    Map<String, Object> headers = consume(grave).next().getProperties().getHeaders();
    assertThat(headers).containsEntry("a", 1).doesNotContainKey("CC");
    assertThat(deaths(headers).get(0).get("routing-keys"))
        .asString()
        .isEqualTo("[" + queue + ", elsewhere]");
  }

  @Test
  void deadLetterKeepsBodyAndProperties() throws Exception {
    String grave = queue();
    String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", grave));
    publish("", queue, properties().messageId("m").deliveryMode(2).type("t").build(), "hello");

    reject(queue);

    Delivery dead = consume(grave).next();
    assertThat(Inbox.text(dead)).isEqualTo("hello");
    assertThat(dead.getProperties().getMessageId()).isEqualTo("m");
    assertThat(dead.getProperties().getDeliveryMode()).isEqualTo(2);
    assertThat(dead.getProperties().getType()).isEqualTo("t");
  }

  private void reject(String queue) throws Exception {
    GetResponse got = channel().basicGet(queue, false);
    channel().basicReject(got.getEnvelope().getDeliveryTag(), false);
  }

  private static List<Map<String, Object>> deaths(Map<String, Object> headers) {
    List<Map<String, Object>> deaths = new ArrayList<>();
    if (headers.get("x-death") instanceof List<?> list) {
      list.forEach(death -> deaths.add(plain((Map<?, ?>) death)));
    }
    return deaths;
  }

  // Texts come as LongString.
  private static Map<String, Object> plain(Map<?, ?> table) {
    Map<String, Object> result = new HashMap<>();
    table.forEach(
        (name, value) ->
            result.put(
                name.toString(), value instanceof LongString text ? text.toString() : value));
    return result;
  }
}
