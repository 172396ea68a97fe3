package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the claims have in common: a connection, and a channel in confirm mode, of each test's own.
 */
abstract class BrokerContract {
  private static final int LIMIT_SECONDS = 10;

  private TargetBroker broker = new TargetBroker(0, "");
  private @Nullable Connection connection;
  private @Nullable Channel channel;

  @BeforeEach
  void connect(TargetBroker target) throws Exception {
    broker = target;
    connection = target.connect();
    channel = connection.createChannel();
    channel.confirmSelect();
  }

  @AfterEach
  void disconnect() {
    connection().abort(1_000);
  }

  TargetBroker broker() {
    return broker;
  }

  Connection connection() {
    if (connection == null) {
      throw new IllegalStateException("not connected");
    }
    return connection;
  }

  Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("not connected");
    }
    return channel;
  }

  /** A name that no other test has. */
  static String fresh(String what) {
    return what + "-" + UUID.randomUUID();
  }

  /** A queue that goes with the test's connection. */
  String queue() throws IOException {
    return queue(Map.of());
  }

  String queue(Map<String, Object> arguments) throws IOException {
    return channel().queueDeclare(fresh("q"), false, true, false, arguments).getQueue();
  }

  /** A quorum queue; it stays until its broker goes. */
  String quorumQueue(Map<String, Object> arguments) throws IOException {
    Map<String, Object> all = new HashMap<>(arguments);
    all.put("x-queue-type", "quorum");
    return channel().queueDeclare(fresh("quorum"), true, false, false, all).getQueue();
  }

  /** An exchange that goes when its last binding goes. */
  String exchange(String type) throws IOException {
    return exchange(type, Map.of());
  }

  String exchange(String type, Map<String, Object> arguments) throws IOException {
    String name = fresh("x");
    channel().exchangeDeclare(name, type, false, true, arguments);
    return name;
  }

  /** A queue of its own, bound. */
  String boundQueue(String exchange, String key) throws IOException {
    String queue = queue();
    channel().queueBind(queue, exchange, key);
    return queue;
  }

  /** Publishes to a queue, each text as a message, and waits until the broker has them. */
  void send(String queue, String... texts) throws Exception {
    for (String text : texts) {
      channel().basicPublish("", queue, null, text.getBytes(UTF_8));
    }
    awaitConfirms();
  }

  void publish(String exchange, String key, BasicProperties properties, String text)
      throws Exception {
    channel().basicPublish(exchange, key, properties, text.getBytes(UTF_8));
    awaitConfirms();
  }

  void publish(String exchange, String key, String text) throws Exception {
    publish(exchange, key, properties().build(), text);
  }

  /** True if the broker acked everything that was published; false if it nacked something. */
  boolean awaitConfirms() throws Exception {
    return channel().waitForConfirms(LIMIT_SECONDS * 1_000L);
  }

  static BasicProperties.Builder properties() {
    return new BasicProperties.Builder();
  }

  static BasicProperties headers(Map<String, Object> headers) {
    return properties().headers(headers).build();
  }

  /** Fetches a message that must be there; it counts as acknowledged. */
  GetResponse take(String queue) throws IOException {
    GetResponse response = channel().basicGet(queue, true);
    if (response == null) {
      throw new AssertionError("no message in " + queue);
    }
    return response;
  }

  static String text(GetResponse response) {
    return new String(response.getBody(), UTF_8);
  }

  /** The texts of all messages in a queue, which is empty then. */
  List<String> drain(String queue) throws IOException {
    List<String> texts = new ArrayList<>();
    for (GetResponse next = channel().basicGet(queue, true);
        next != null;
        next = channel().basicGet(queue, true)) {
      texts.add(text(next));
    }
    return texts;
  }

  int ready(String queue) throws IOException {
    return (int) channel().messageCount(queue);
  }

  Inbox consume(String queue) throws IOException {
    return consume(channel(), queue);
  }

  /** Consumes with acknowledgements. */
  static Inbox consume(Channel on, String queue) throws IOException {
    Inbox inbox = new Inbox(on);
    on.basicConsume(queue, false, inbox);
    return inbox;
  }

  /** Does something on a channel of its own for which the broker closes it or the connection. */
  Closed refused(Action action) throws Exception {
    Channel victim = connection().createChannel();
    CompletableFuture<ShutdownSignalException> signal = new CompletableFuture<>();
    victim.addShutdownListener(signal::complete);
    try {
      action.on(victim);
    } catch (AlreadyClosedException | IOException closedMeanwhile) {
      // The signal says why.
    }
    return Closed.by(signal.get(LIMIT_SECONDS, TimeUnit.SECONDS), broker.vhost());
  }

  /** Something that a client does on a channel. */
  @FunctionalInterface
  interface Action {
    void on(Channel channel) throws Exception;
  }
}
