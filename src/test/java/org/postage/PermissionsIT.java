package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.message.Fingerprint;
import org.postage.pipeline.RetryPolicy;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Address;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.NotSentException;

/**
 * The table of least permissions in the README: each role does its work as a user that may do just
 * that, and a permission that is missing is an error that says so.
 */
@Tag(RabbitMq.ONLY)
@RabbitMq
@Timeout(600)
class PermissionsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NOTHING = "";

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

  private final RabbitMqBroker broker;
  private final Exchange exchange = Exchange.direct("shop").passive();
  private final Binding orders = exchange.to(Queue.named("orders").passive(), "orders");
  private final Server server = new Server();

  PermissionsIT(RabbitMqBroker broker) {
    this.broker = broker;
  }

  // One command for all users: each takes a second.
  @BeforeAll
  static void addUsersAndTopology(RabbitMqBroker broker) throws Exception {
    StringBuilder commands = new StringBuilder();
    addUser(commands, broker, "nobody", NOTHING, NOTHING, NOTHING);
    addUser(commands, broker, "producer", NOTHING, "^shop$", NOTHING);
    addUser(commands, broker, "declaring-producer", "^own-shop$", "^own-shop$", NOTHING);
    addUser(commands, broker, "worker", NOTHING, "^orders$", "^(shop|orders)$");
    addUser(
        commands,
        broker,
        "retrier",
        NOTHING,
        "^(orders|postage\\.delay\\.[0-9]+|amq\\.default)$",
        "^(shop|orders|postage\\.return)$");
    String retries = "^(postage\\..*|retried(-orders(\\.parked)?)?)$";
    addUser(
        commands,
        broker,
        "declaring-retrier",
        retries,
        "^(postage\\..*|retried-orders|amq\\.default)$",
        "^(postage\\..*|retried|retried-orders)$");
    addUser(commands, broker, "operator", NOTHING, "^amq\\.default$", "^orders\\.parked$");
    addUser(commands, broker, "reader", NOTHING, NOTHING, "^orders$");
    addUser(
        commands,
        broker,
        "declaring-worker",
        "^(new-shop|new-orders)$",
        "^new-orders$",
        "^(new-shop|new-orders)$");
    addUser(commands, broker, "rpc-client", "^amq\\.gen-", "^shop$", "^amq\\.gen-");
    addUser(commands, broker, "rpc-server", NOTHING, "^(orders|amq\\.default)$", "^(shop|orders)$");
    String own = "^(generic-application-exchange|monitor([@#].*)?|[0-9-]+@.*)$";
    addUser(
        commands, broker, "application", own, "^(monitor([@#].*)?|[0-9-]+@.*|amq\\.default)$", own);
    addUser(
        commands,
        broker,
        "monitoring",
        "^amq\\.gen-",
        "^generic-application-exchange$",
        "^amq\\.gen-");
    broker.node().ctl("eval", commands + "ok.");
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare("shop", "direct", true);
      channel.queueDeclare("orders", true, false, false, null);
      channel.queueBind("orders", "shop", "orders");
    }
  }

  private static void addUser(
      StringBuilder commands,
      RabbitMqBroker broker,
      String name,
      String configure,
      String write,
      String read) {
    commands.append(
        """
        ok = rabbit_auth_backend_internal:add_user(<<"%1$s">>, <<"%1$s-secret">>, <<"test">>),
        ok = rabbit_auth_backend_internal:set_permissions(<<"%1$s">>, <<"%2$s">>,
          <<"%3$s">>, <<"%4$s">>, <<"%5$s">>, <<"test">>),
        """
            .formatted(name, broker.vhost(), escaped(configure), escaped(write), escaped(read)));
  }

  private static String escaped(String pattern) {
    // RabbitMQ takes an empty pattern for one that fits nothing.
    return pattern.isEmpty() ? "^$" : pattern.replace("\\", "\\\\");
  }

  private Postage as(String user) {
    return TestPostage.builder(broker).user(user).password(user + "-secret").connect();
  }

  private Client client(Postage postage) {
    return postage.producer(Client.class, exchange.withKey("orders"));
  }

  private void assertHandles(Postage worker, Binding binding, Exchange to, String key) {
    MessageProcessor processor = worker.processor(binding).handlers(server).start();
    try (Postage postage = TestPostage.connect(broker)) {
      Client client = postage.producer(Client.class, to.withKey(key));
      client.message_count(1).join();
      assertThat(server.heard.next()).isEqualTo(1);
    }
    assertThat(worker.isReady()).isTrue();
    processor.close();
  }

  @Test
  void producerMayWriteToItsExchangeOnly() {
    try (Postage postage = as("producer")) {
      assertThat(client(postage).message_count(1)).succeedsWithin(LIMIT);
    }
    try (Postage postage = as("declaring-producer")) {
      Client client =
          postage.producer(Client.class, Exchange.direct("own-shop").withKey("nobody there"));
      assertThat(client.message_count(1))
          .failsWithin(LIMIT)
          .withThrowableThat()
          .withMessageContaining("nobody listens");
    }
    emptyOrders();
  }

  @Test
  void workerWithoutConfigureRightsUsesWhatIsThere() {
    try (Postage postage = as("worker")) {
      assertHandles(postage, orders, exchange, "orders");
    }
  }

  private void assertRetriesAndParks(Postage worker, Binding binding, Exchange to, String key) {
    Heard<Integer> tried = new Heard<>();
    MessageProcessor processor =
        worker
            .processor(binding)
            .retry(RetryPolicy.attempts(2).constant(Duration.ofMillis(100)))
            .handlers(
                new Object() {
                  @MessageHandler("count")
                  void count(int number) {
                    tried.add(number);
                    throw new IllegalStateException("always");
                  }
                })
            .start();
    try (Postage postage = TestPostage.connect(broker)) {
      postage.producer(Client.class, to.withKey(key)).message_count(1).join();
      assertThat(tried.next(2)).containsExactly(1, 1);
      await().until(() -> postage.parked(binding.queue().name()).list(2).size() == 1);
    }
    processor.close();
  }

  @Test
  void workerThatRetriesNeedsTheDelaysAndTheDefaultExchangeAndItsOperatorTheParkedQueue()
      throws Exception {
    try (Postage postage = as("declaring-retrier")) {
      Exchange own = Exchange.direct("retried");
      assertRetriesAndParks(postage, own.to("retried-orders", "key"), own, "key");
    }
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("orders.parked", true, false, false, null);
    }
    try (Postage postage = as("retrier")) {
      assertRetriesAndParks(postage, orders, exchange, "orders");
    }
    try (Postage postage = as("operator")) {
      assertThat(postage.parked("orders").retryAll()).isEqualTo(1);
    }
    emptyOrders();
  }

  @Test
  void workerThatBindsNothingNeedsToReadItsQueueOnly() {
    try (Postage postage = as("reader")) {
      Binding queueOnly = Exchange.DEFAULT.to(Queue.named("orders").passive(), "orders");
      assertHandles(postage, queueOnly, exchange, "orders");
    }
  }

  @Test
  void workerThatDeclaresConfiguresWhatItDeclares() {
    try (Postage postage = as("declaring-worker")) {
      Exchange own = Exchange.direct("new-shop");
      assertHandles(postage, own.to("new-orders", "key"), own, "key");
    }
  }

  @Test
  void rpcClientAndServerNeedReplyQueuesAndTheDefaultExchange() {
    try (Postage serving = as("rpc-server");
        Postage asking = as("rpc-client")) {
      MessageProcessor processor = serving.processor(orders).handlers(server).start();
      assertThat(client(asking).rpc_next(1)).isEqualTo(2);
      assertThat(client(asking).rpc_next(2)).isEqualTo(3);
      processor.close();
    }
  }

  @Test
  void applicationNeedsItsQueuesAndItsExchange() {
    interface Monitors {
      Fingerprint rpc_ping();
    }
    try (Postage serving = as("application");
        Postage asking = as("monitoring")) {
      GenericApplication application =
          serving.application("monitor").groups("night").handlers(server).start();
      application.joinGroup("day");
      Exchange applications = Address.EXCHANGE.passive();
      Monitors monitors =
          asking.producer(
              Monitors.class, applications.withKey(Address.one("monitor").routingKey()));

      assertThat(monitors.rpc_ping().name()).isEqualTo("monitor");
      await().atMost(LIMIT).until(serving::isReady);
    }
  }

  @Test
  void missingPermissionToWriteFailsTheMessageAndNoOther() {
    try (Postage postage = as("rpc-client")) {
      assertThat(
              client(postage)
                  .message_count(
                      1, SendOption.to(Exchange.direct("amq.topic").passive().withKey("k"))))
          .failsWithin(LIMIT)
          .withThrowableThat()
          .withCauseInstanceOf(NotSentException.class)
          .withMessageContaining("ACCESS_REFUSED - access to exchange 'amq.topic'")
          .withMessageContaining("refused for user 'rpc-client'");
      assertThat(client(postage).message_count(2)).succeedsWithin(LIMIT);
    }
    emptyOrders();
  }

  @Test
  void missingPermissionToReadOrDeclareIsAnErrorAtOnce() {
    try (LogCapture log = new LogCapture();
        Postage postage = as("producer")) {
      assertRefused(
          () -> postage.processor(orders).handlers(server).start(), "access to queue 'orders'");
      assertRefused(
          () -> postage.producer(Client.class, Exchange.direct("new").withKey("k")),
          "access to exchange 'new'");
      assertRefused(
          () -> postage.processor(Exchange.DEFAULT.to("new", "new")).handlers(server).start(),
          "access to queue 'new'");
      assertThat(postage.isReady()).isTrue();
      assertThat(log.linesWith("Lost the connection")).isEmpty();
    }
  }

  @Test
  void missingPermissionForReplyQueuesFailsTheCallAtOnce() {
    try (LogCapture log = new LogCapture();
        Postage postage = as("producer")) {
      long start = System.nanoTime();
      assertRefused(() -> client(postage).rpc_next(1), "access to queue 'amq.gen-");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
      assertThat(log.linesWith("Lost the connection")).isEmpty();
      assertThat(client(postage).message_count(1)).succeedsWithin(LIMIT);
    }
    emptyOrders();
  }

  @Test
  void userWithoutTheVirtualHostIsRefusedAtOnce() {
    assertThatThrownBy(
            () ->
                TestPostage.builder(broker)
                    .vhost("/")
                    .user("nobody")
                    .password("nobody-secret")
                    .connect())
        .isInstanceOf(BrokerRefusedException.class)
        .hasMessageContaining("access to vhost '/'")
        .hasMessageNotContaining("nobody-secret");
  }

  private static void assertRefused(ThrowingCallable action, String what) {
    BrokerRefusedException refused = catchThrowableOfType(BrokerRefusedException.class, action);
    assertThat(refused).hasMessageContaining("ACCESS_REFUSED - " + what);
    assertThat(refused.replyCode()).isEqualTo(AMQP.ACCESS_REFUSED);
  }

  private void emptyOrders() {
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.queuePurge("orders");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
