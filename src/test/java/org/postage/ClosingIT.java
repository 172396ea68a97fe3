package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.message.Message;
import org.postage.producer.ReplyQueue;
import org.postage.producer.Rpc;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** What is left when a connection was closed, and what a closed one says. */
@Tag(RabbitMq.ONLY)
@RabbitMq
@Timeout(600)
class ClosingIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  interface Client {
    void message_count(int number);

    int rpc_next(int number);

    @Rpc("next")
    CompletableFuture<Integer> later(int number);

    @Rpc("next")
    ReplyQueue toQueue(int number);
  }

  private static final class Server {
    final Heard<Integer> heard = new Heard<>();

    @MessageHandler("count")
    void count(int number) {
      heard.add(number);
    }

    @RpcHandler("next")
    int next(int number) {
      return number + 1;
    }
  }

  private final RabbitMqBroker broker;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("closing"));
  private final String queue = TestPostage.unique("closing");
  private final Server server = new Server();

  ClosingIT(RabbitMqBroker broker) {
    this.broker = broker;
  }

  @Test
  void closeWaitsUntilTheBrokerHasAllThatWasSent() {
    try (Postage receiving = TestPostage.connect(broker)) {
      receiving.processor(exchange.to(queue, "key")).handlers(server).start();
      Postage sending = TestPostage.connect(broker);
      Client client = sending.producer(Client.class, exchange.withKey("key"));

      IntStream.range(0, 900).forEach(client::message_count);
      sending.close();

      assertThat(server.heard.next(900))
          .containsExactlyElementsOf(IntStream.range(0, 900).boxed().toList());
    }
  }

  @Test
  void closeDoesNotWaitForThoseWhoGoOnSending() {
    interface Confirmed {
      CompletableFuture<Void> message_count(int number);
    }
    try (Postage receiving = TestPostage.connect(broker)) {
      receiving.processor(exchange.to(queue, "key")).handlers(server).start();
      Postage sending = TestPostage.connect(broker);
      Confirmed client = sending.producer(Confirmed.class, exchange.withKey("key"));
      CompletableFuture<Integer> sent =
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                try {
                  while (!Thread.currentThread().isInterrupted()) {
                    client.message_count(count);
                    count++;
                  }
                } catch (IllegalStateException closed) {
                  // What we go on for.
                }
                return count;
              });
      assertThat(server.heard.next()).isZero();
      long start = System.nanoTime();

      sending.close();

      // Two seconds or so, and what two loaded cores add.
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      assertThat(sent)
          .succeedsWithin(LIMIT)
          .satisfies(count -> assertThat(server.heard.next(count - 1)).hasSize(count - 1));
    }
  }

  @Test
  void closeLeavesNoThreadAndNoConnectionAndMayBeCalledAgain() {
    Set<String> threadsBefore = threads();
    Postage postage = TestPostage.builder(broker).fingerprint("closing", "test").connect();
    postage
        .processor(exchange.to(queue, "key"))
        .handlers(server)
        .concurrency(2)
        .every(Duration.ofMillis(5), () -> server.heard.add(0))
        .start();
    Client client = postage.producer(Client.class, exchange.withKey("key"));
    assertThat(client.rpc_next(1)).isEqualTo(2);
    assertThat(client.later(1).join()).isEqualTo(2);
    assertThat(server.heard.next()).isZero();
    assertThat(connections()).contains("postage-closing-publish", "postage-closing-consume");
    assertThat(threads()).hasSizeGreaterThan(threadsBefore.size());

    postage.close();
    postage.close();

    await().atMost(LIMIT).untilAsserted(() -> assertThat(threads()).isSubsetOf(threadsBefore));
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(connections()).doesNotContain("postage-closing"));
  }

  @Test
  void closeWaitsForTheRunningHandlerAndAcknowledgesWhatItHandled() throws Exception {
    class Slow {
      final CountDownLatch started = new CountDownLatch(1);
      final CountDownLatch go = new CountDownLatch(1);

      @MessageHandler("count")
      void count() throws InterruptedException {
        started.countDown();
        go.await(60, TimeUnit.SECONDS);
      }
    }
    Slow slow = new Slow();
    Postage postage = TestPostage.connect(broker);
    postage.processor(exchange.to(queue, "key")).handlers(slow).start();
    postage.producer(Client.class, exchange.withKey("key")).message_count(1);
    assertThat(slow.started.await(60, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<Void> closed = CompletableFuture.runAsync(postage::close);
    assertThat(closed).isNotDone();
    slow.go.countDown();

    assertThat(closed).succeedsWithin(LIMIT);
    try (var connection = broker.connect();
        var channel = connection.createChannel()) {
      assertThat(channel.messageCount(queue)).isZero();
    }
  }

  @Test
  void useAfterCloseSaysSo() {
    Postage postage = TestPostage.connect(broker);
    MessageProcessor processor =
        postage.processor(exchange.to(queue, "key")).handlers(server).start();
    MessageProcessor.Builder unstarted =
        postage.processor(exchange.to(queue, "key")).handlers(server);
    Client client = postage.producer(Client.class, exchange.withKey("key"));
    GenericProducer producer = postage.genericProducer(exchange.withKey("key"));

    postage.close();

    assertThat(postage.isReady()).isFalse();
    assertClosed(() -> client.message_count(1));
    assertClosed(() -> client.rpc_next(1));
    assertClosed(() -> client.later(1));
    assertClosed(() -> client.toQueue(1));
    assertClosed(() -> producer.send(Message.command("count", 1)));
    assertClosed(() -> postage.producer(Client.class, exchange.withKey("key")));
    assertClosed(() -> postage.genericProducer(exchange.withKey("key")));
    assertClosed(() -> postage.processor(exchange.to(queue, "key")));
    assertClosed(() -> postage.application("app"));
    assertClosed(unstarted::start);
    assertClosed(() -> processor.bind(exchange.to(queue, "other")));
    assertClosed(() -> processor.unbind(exchange.to(queue, "key")));
    processor.stop();
    processor.join();
    postage.join();
  }

  @Test
  void startThatTheBrokerRefusesLeavesNoThreadOfTheProcessor() {
    Set<String> threadsBefore = threads();
    try (Postage postage = TestPostage.connect(broker)) {
      assertThatThrownBy(
              () ->
                  postage
                      .processor(
                          exchange.to(org.postage.topology.Queue.named("absent").passive(), "key"))
                      .handlers(server)
                      .name("refused")
                      .onStart(() -> server.heard.add(0))
                      .start())
          .hasMessageContaining("no queue 'absent'");
    }

    await().atMost(LIMIT).untilAsserted(() -> assertThat(threads()).isSubsetOf(threadsBefore));
  }

  private static void assertClosed(org.assertj.core.api.ThrowableAssert.ThrowingCallable use) {
    assertThatThrownBy(use)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("postage") || name.contains("AMQP"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String connections() {
    return broker.node().ctl("list_connections", "vhost", "client_properties");
  }
}
