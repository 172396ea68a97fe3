package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Address;
import org.postage.topology.Exchange;

/** Connections, channels and queues that go away while they are used. */
@Tag(RabbitMq.ONLY)
@RabbitMq
@Timeout(600)
class ReconnectIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  interface Client {
    CompletableFuture<Void> message_count(int number, SendOption... options);

    int rpc_next(int number);
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
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("reconnect"));
  private final String queue = TestPostage.unique("reconnect");
  private final Server server = new Server();
  private final Client client;

  ReconnectIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
    client = postage.producer(Client.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private void closeConnections() {
    broker.node().ctl("close_all_connections", "--vhost", broker.vhost(), "closed by the test");
  }

  @Test
  void consumersProducersAndRequestsGoOnAfterTheBrokerClosedTheirConnections() {
    postage.processor(exchange.to(queue, "key")).handlers(server).start();
    assertThat(client.rpc_next(1)).isEqualTo(2);

    closeConnections();

    assertThat(client.message_count(1)).succeedsWithin(LIMIT);
    assertThat(server.heard.next()).isEqualTo(1);
    assertThat(client.rpc_next(2)).isEqualTo(3);
    await().atMost(LIMIT).until(postage::isReady);
  }

  @Test
  void everythingSentWhileConnectionsAreClosedArrivesAtLeastOnce() {
    postage.processor(exchange.to(queue, "key")).handlers(server).start();
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(
            () -> {
              closeConnections();
              closeConnections();
            });

    List<CompletableFuture<Void>> sent = new ArrayList<>();
    while (!closing.isDone() || sent.size() < 2000) {
      sent.add(client.message_count(sent.size()));
    }

    assertThat(sent).allSatisfy(each -> assertThat(each).succeedsWithin(LIMIT));
    Set<Integer> missing = new HashSet<>(IntStream.range(0, sent.size()).boxed().toList());
    while (!missing.isEmpty()) {
      missing.remove(server.heard.next());
    }
    closing.join();
  }

  @Test
  void everyCallMadeWhileConnectionsAreClosedIsAnsweredRight() {
    postage.processor(exchange.to(queue, "key")).handlers(server).start();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(this::closeConnections);

    for (int i = 0; i < 50 || !closing.isDone(); i++) {
      assertThat(client.rpc_next(i)).isEqualTo(i + 1);
    }
    closing.join();
  }

  @Test
  void applicationIsReachedByAllItsKeysAgainAndByTheGroupsThatItJoined() {
    interface Remote {
      int rpc_next(int number, SendOption... options);
    }
    String name = TestPostage.unique("app");
    GenericApplication application =
        postage.application(name).groups("blue").handlers(server).start();
    application.joinGroup("green");
    application.leaveGroup("blue");

    closeConnections();

    String host = application.fingerprint().host();
    Remote remote = postage.producer(Remote.class, Address.all(name).destination());
    await().atMost(LIMIT).until(() -> postage.isReady() && application.processor().isConsuming());
    for (Address address :
        List.of(
            Address.all(name),
            Address.one(name),
            Address.oneOnHost(name, host),
            Address.allInGroup(name, "green"),
            Address.oneInGroup(name, "green"))) {
      assertThat(remote.rpc_next(1, SendOption.to(address))).as(address.routingKey()).isEqualTo(2);
    }
  }

  @Test
  void queueThatIsDeletedIsDeclaredBoundAndConsumedAnew() throws Exception {
    MessageProcessor processor =
        postage.processor(exchange.to(queue, "key")).handlers(server).start();
    processor.bind(exchange.to(queue, "later"));
    try (LogCapture log = new LogCapture();
        Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.queueDelete(queue);

      await().atMost(LIMIT).until(() -> !log.linesWith("is gone; declaring it anew").isEmpty());
      await().atMost(LIMIT).until(processor::isConsuming);
      assertThat(client.message_count(1)).succeedsWithin(LIMIT);
      assertThat(client.message_count(2, SendOption.key("later"))).succeedsWithin(LIMIT);
      assertThat(server.heard.next(2)).containsExactly(1, 2);
    }
  }

  @Test
  void messageWhoseConnectionIsLostWhileItIsHandledIsNotHandledAgain() throws Exception {
    class Slow {
      final Heard<Boolean> started = new Heard<>();
      final Heard<Boolean> go = new Heard<>();

      @MessageHandler("count")
      void count(org.postage.transport.Delivery delivery) {
        started.add(delivery.isRedelivered());
        go.next();
      }
    }
    Slow slow = new Slow();
    MessageProcessor processor =
        postage.processor(exchange.to(queue, "key")).handlers(slow).start();
    client.message_count(1).join();
    assertThat(slow.started.next()).isFalse();

    closeConnections();
    await().atMost(LIMIT).until(processor::isConsuming);
    slow.go.add(true);

    // The next one is behind the first, which comes again.
    client.message_count(2).join();
    assertThat(slow.started.next()).isFalse();
    slow.go.add(true);
    assertThat(processor.stop(LIMIT)).isTrue();
    assertThat(slow.started.size()).isZero();
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      assertThat(channel.messageCount(queue)).isZero();
    }
  }
}
