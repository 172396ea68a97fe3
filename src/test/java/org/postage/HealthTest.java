package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.ConnectionFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.embedded.EmbeddedBroker;
import org.postage.handler.MessageHandler;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.Health;

/** What a component says of itself. */
@Timeout(600)
class HealthTest {
  interface Client {
    CompletableFuture<Void> message_count(int number);
  }

  static final class Server {
    @MessageHandler("count")
    void count(int number) {}
  }

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final Exchange exchange = Exchange.direct("health");
  private final Postage postage =
      Postage.builder().uri(broker.uri().toString()).fingerprint("shop", "test").connect();

  @AfterEach
  void close() {
    postage.close();
    broker.close();
  }

  private MessageProcessor start(Queue... queues) {
    MessageProcessor.Builder builder = postage.processor().name("orders").handlers(new Server());
    for (Queue queue : queues) {
      builder.bind(exchange.to(queue, "key"));
    }
    return builder.start();
  }

  private Health.Consumer onlyConsumer() {
    assertThat(postage.health().consumers()).hasSize(1);
    return postage.health().consumers().get(0);
  }

  @Test
  void producerAloneHasOneConnection() {
    assertThat(postage.health())
        .isEqualTo(
            new Health(
                true,
                true,
                List.of(new Health.Connection("postage-shop-publish", true, "connected")),
                List.of()));
  }

  @Test
  void everyQueueOfAProcessorIsTold() {
    start(Queue.named("one"), Queue.named("two"));

    Health health = postage.health();

    assertThat(health.isReady()).isTrue();
    assertThat(health.isLive()).isTrue();
    assertThat(health.connections())
        .containsExactly(
            new Health.Connection("postage-shop-publish", true, "connected"),
            new Health.Connection("postage-shop-consume", true, "connected"));
    assertThat(health.consumers())
        .containsExactly(
            new Health.Consumer("orders", "one", true, "consuming"),
            new Health.Consumer("orders", "two", true, "consuming"));
  }

  @Test
  void queuesThatAreBoundAndCancelledLaterAreTold() {
    MessageProcessor processor = start(Queue.named("one"));

    processor.bind(exchange.to("two", "key"));
    assertThat(postage.health().consumers())
        .extracting(Health.Consumer::queue)
        .containsExactly("one", "two");
    processor.cancel("one");

    assertThat(onlyConsumer()).isEqualTo(new Health.Consumer("orders", "two", true, "consuming"));
  }

  @Test
  void brokerThatIsDownMakesItNotReadyButLeavesItLive() {
    start(Queue.named("queue"));

    broker.stop();

    await().until(() -> onlyConsumer().state().contains("Connection refused"));
    Health health = postage.health();
    assertThat(health.isReady()).isFalse();
    assertThat(postage.isReady()).isFalse();
    assertThat(health.isLive()).isTrue();
    String where = "not connected to amqp://guest@127.0.0.1:" + broker.port();
    assertThat(health.connections())
        .allMatch(connection -> !connection.isConnected())
        .allMatch(connection -> connection.state().startsWith(where));
    assertThat(onlyConsumer().isConsuming()).isFalse();
    assertThat(onlyConsumer().state()).startsWith("waits for the connection: " + where);

    broker.startAgain();

    await().until(() -> postage.health().isReady());
    assertThat(onlyConsumer().state()).isEqualTo("consuming");
  }

  @Test
  void brokerThatBlocksPublishersMakesItNotReady() {
    Client client = postage.producer(Client.class, exchange.withKey("key"));
    start(Queue.named("queue"));

    broker.block("low on memory");
    CompletableFuture<Void> sent = client.message_count(1);

    await().until(() -> !postage.health().isReady());
    assertThat(postage.health().connections().get(0))
        .isEqualTo(
            new Health.Connection(
                "postage-shop-publish", true, "the broker blocks publishers: low on memory"));
    assertThat(onlyConsumer().isConsuming()).isTrue();

    broker.unblock();

    sent.join();
    await().until(() -> postage.health().isReady());
  }

  @Test
  void channelThatCannotBeOpenedMakesItNotReadyAndIsTold() {
    // One for the publisher, none for replies.
    try (EmbeddedBroker small = EmbeddedBroker.builder().channelMax(1).start();
        Postage cramped = Postage.builder().uri(small.uri().toString()).connect()) {

      await().until(() -> !cramped.isReady());

      assertThat(cramped.health().isLive()).isTrue();
      assertThat(cramped.health().connections())
          .singleElement()
          .satisfies(
              connection -> {
                assertThat(connection.isConnected()).isTrue();
                assertThat(connection.state())
                    .isEqualTo(
                        "cannot open reply queues: the broker allows no more channels on this"
                            + " connection");
              });
    }
  }

  @Test
  void consumerThatCannotComeBackSaysWhy() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker.uri());
    try (var connection = factory.newConnection();
        var channel = connection.createChannel()) {
      channel.queueDeclare("given", true, false, false, null);
      start(Queue.named("given").passive());

      channel.queueDelete("given");

      await().until(() -> onlyConsumer().state().startsWith("cannot be consumed: NOT_FOUND"));
      assertThat(onlyConsumer().state()).contains("no queue 'given'");
      assertThat(postage.health().isReady()).isFalse();
      assertThat(postage.health().connections()).allMatch(Health.Connection::isConnected);

      channel.queueDeclare("given", true, false, false, null);

      await().until(() -> postage.health().isReady());
    }
  }

  @Test
  void stoppedProcessorIsNoLongerExpectedToConsume() {
    MessageProcessor processor = start(Queue.named("queue"));

    processor.close();

    assertThat(postage.health().isReady()).isTrue();
    assertThat(onlyConsumer()).isEqualTo(new Health.Consumer("orders", "queue", false, "stopped"));
  }

  @Test
  void closedIsNotReadyAndStillLive() {
    postage.close();

    assertThat(postage.health().isReady()).isFalse();
    assertThat(postage.health().isLive()).isTrue();
    assertThat(postage.health().connections().get(0).state()).isEqualTo("closed");
  }

  @Test
  void debugModeChangesNothing() {
    try (Postage debugging =
        Postage.builder().uri(broker.uri().toString()).debugMode(true).connect()) {
      assertThat(debugging.health().isReady()).isTrue();
    }
  }
}
