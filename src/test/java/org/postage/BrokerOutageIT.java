package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postage.producer.SendOption.maxRetry;
import static org.postage.producer.SendOption.timeout;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.rabbitmq.RabbitMqNode;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.NotSentException;

/** A broker that is not there yet, goes down, and comes back: a node of its own. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class BrokerOutageIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  // However long the node takes to start: that is not what these tests are about.
  private static final SendOption PATIENT = timeout(Duration.ofMinutes(3));

  interface Client {
    CompletableFuture<Void> message_count(int number, SendOption... options);

    int rpc_next(int number, SendOption... options);
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

  private static RabbitMqNode node;
  private static RabbitMqBroker broker;

  private final Exchange exchange = Exchange.direct(TestPostage.unique("outage"));
  private final Queue queue = Queue.named(TestPostage.unique("outage")).durable();
  private final Server server = new Server();

  @BeforeAll
  static void startNode() {
    node = RabbitMqNode.start();
    broker = RabbitMqBroker.of(node, "/");
  }

  @AfterAll
  static void closeNode() {
    if (node != null) {
      node.close();
    }
  }

  @Test
  void startsWhileTheBrokerIsDownAndDeliversOnceItIsUp() {
    // The queue exists: otherwise what is sent could be back before its receiver is.
    try (Postage before = TestPostage.connect(broker)) {
      before.processor(exchange.to(queue, "key")).handlers(server).start();
    }
    node.stop();

    try (LogCapture log = new LogCapture();
        Postage postage = TestPostage.connect(broker)) {
      MessageProcessor processor =
          postage.processor(exchange.to(queue, "key")).handlers(server).start();
      Client client = postage.producer(Client.class, exchange.withKey("key"));
      CompletableFuture<Void> sent = client.message_count(1, PATIENT);
      CompletableFuture<Integer> answer =
          CompletableFuture.supplyAsync(() -> client.rpc_next(1, PATIENT));

      assertThat(postage.isReady()).isFalse();
      assertThat(processor.isConsuming()).isFalse();
      assertThat(sent).isNotDone();
      assertThat(log.linesWith("Cannot reach the broker at amqp://guest@127.0.0.1:")).isNotEmpty();
      assertThat(log.text()).doesNotContain("guest:guest");

      node.restart();

      assertThat(sent).succeedsWithin(LIMIT);
      assertThat(server.heard.next()).isEqualTo(1);
      assertThat(answer).succeedsWithin(LIMIT).isEqualTo(2);
      await().atMost(LIMIT).until(postage::isReady);
    }
  }

  @Test
  void callWhileTheBrokerIsDownSaysThatNothingWasSent() throws Exception {
    try (Postage postage = TestPostage.builder(broker).port(unusedPort()).connect()) {
      Client client = postage.producer(Client.class, exchange.withKey("key"));

      assertThatThrownBy(() -> client.rpc_next(1, timeout(Duration.ofMillis(200)), maxRetry(3)))
          .isInstanceOf(NotSentException.class)
          .hasMessageStartingWith("not sent: no reply queue within PT0.2S");
    }
  }

  @Test
  void closeDoesNotWaitLongForABrokerThatIsDownAndTellsWhatWasNotSent() throws Exception {
    Heard<Throwable> failures = new Heard<>();
    interface Sender {
      void message_count(int number);
    }
    Postage postage =
        TestPostage.builder(broker)
            .port(unusedPort())
            .onSendFailure((publication, failure) -> failures.add(failure))
            .connect();
    postage.processor(exchange.to(queue, "key")).handlers(server).start();
    postage.producer(Sender.class, exchange.withKey("key")).message_count(1);
    long start = System.nanoTime();

    postage.close();

    // Before the message's own 30 s are over, on two loaded cores too.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(failures.next())
        .isInstanceOf(NotSentException.class)
        .hasMessageContaining("closed before the broker confirmed it");
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void everythingSentWhileTheBrokerIsKilledAndComesBackArrivesAtLeastOnce() {
    try (Postage postage = TestPostage.connect(broker)) {
      MessageProcessor processor =
          postage.processor(exchange.to(queue, "key")).handlers(server).start();
      Client client = postage.producer(Client.class, exchange.withKey("key"));
      List<CompletableFuture<Void>> sent = new ArrayList<>();
      IntStream.range(0, 300).forEach(i -> sent.add(client.message_count(i, PATIENT)));

      node.kill();
      IntStream.range(300, 600).forEach(i -> sent.add(client.message_count(i, PATIENT)));
      node.restart();
      IntStream.range(600, 900).forEach(i -> sent.add(client.message_count(i, PATIENT)));

      assertThat(sent).allSatisfy(each -> assertThat(each).succeedsWithin(LIMIT));
      Set<Integer> missing = new HashSet<>(IntStream.range(0, 900).boxed().toList());
      while (!missing.isEmpty()) {
        missing.remove(server.heard.next());
      }
      await().atMost(LIMIT).until(processor::isConsuming);
      assertThat(client.rpc_next(1)).isEqualTo(2);
    }
  }
}
