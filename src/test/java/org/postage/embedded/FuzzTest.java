package org.postage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Recorded sessions, mutated. {@code -Dpostage.fuzz.seed} and {@code -Dpostage.fuzz.seconds} choose
 * others and more.
 */
class FuzzTest {
  private static final long SEED = Long.getLong("postage.fuzz.seed", 20_261_125);
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("postage.fuzz.seconds", 3));
  private static final int HANG_MILLIS = 10_000;
  private static final long HEAP_GROWTH = 32L << 20;

  private final EmbeddedBroker broker =
      EmbeddedBroker.builder().handshakeTimeout(Duration.ofSeconds(2)).start();
  private final PrintStream errors = System.err;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  @AfterEach
  void close() {
    System.setErr(errors);
    broker.close();
  }

  @Test
  void mutatedSessionsHarmNobody() throws Exception {
    byte[] session = record();
    Mutator mutator = new Mutator(SEED);
    // What the broker says of each bad client is not for the console, but it must not be a bug of
    // its own.
    System.setErr(new PrintStream(logged, true, UTF_8));
    long before = usedHeap();

    long end = System.nanoTime() + TIME.toNanos();
    int sessions = 0;
    while (System.nanoTime() < end) {
      play(mutator.mutate(session), sessions++);
    }

    Awaitility.await().until(() -> broker.connections().isEmpty());
    assertThat(logged.toString(UTF_8))
        .as("seed %s", SEED)
        .doesNotContain("of the broker's own", "What was due failed", "Exception in thread");
    assertThat(sessions).isGreaterThan(20);
    assertBrokerWorks();
    assertThat(usedHeap() - before).isLessThan(HEAP_GROWTH);
  }

  private byte[] record() throws Exception {
    try (RecordingProxy proxy = new RecordingProxy(broker.port())) {
      ConnectionFactory factory = Clients.factory(broker);
      factory.setPort(proxy.port());
      // A session that is played without its answers must not depend on heartbeats.
      factory.setRequestedHeartbeat(0);
      try (Connection connection = factory.newConnection()) {
        lead(connection.createChannel());
        lead(connection.createChannel());
      }
      return proxy.recording();
    }
  }

  /** Something of everything. */
  private static void lead(Channel channel) throws Exception {
    channel.confirmSelect();
    String queue = channel.queueDeclare().getQueue();
    channel.queueDeclare(
        "fuzzed", true, false, false, Map.of("x-max-length", 10, "x-message-ttl", 500));
    channel.exchangeDeclare(
        "x", "headers", false, true, Map.of("alternate-exchange", "amq.fanout"));
    channel.queueBind("fuzzed", "x", "", Map.of("x-match", "any", "a", 1));
    channel.queueBind("fuzzed", "amq.topic", "a.*.#");
    channel.basicQos(3);
    channel.basicConsume("amq.rabbitmq.reply-to", true, (tag, delivery) -> {}, tag -> {});
    BasicProperties properties =
        new BasicProperties.Builder()
            .headers(Map.of("a", 1, "b", List.of("x", Map.of("c", true)), "CC", List.of("fuzzed")))
            .expiration("1000")
            .replyTo("amq.rabbitmq.reply-to")
            .deliveryMode(2)
            .build();
    for (int i = 0; i < 5; i++) {
      channel.basicPublish("amq.topic", "a.b", true, properties, new byte[i * 50]);
    }
    channel.waitForConfirms(5_000);
    String tag = channel.basicConsume("fuzzed", false, (t, delivery) -> {}, t -> {});
    channel.basicCancel(tag);
    GetResponse got = channel.basicGet("fuzzed", false);
    if (got != null) {
      channel.basicNack(got.getEnvelope().getDeliveryTag(), true, true);
    }
    channel.basicRecover(true);
    channel.queuePurge(queue);
    channel.queueDelete(queue);
    channel.close();
  }

  /** Says it all, waits for no answer, and goes once the broker has. */
  private void play(byte[] session, int number) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
      socket.setSoTimeout(HANG_MILLIS);
      socket.getOutputStream().write(session);
      socket.shutdownOutput();
      long unused = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException dropped) {
      // As bad clients are.
    } catch (SocketTimeoutException hang) {
      throw new AssertionError("session " + number + " of seed " + SEED + " hangs", hang);
    }
  }

  private void assertBrokerWorks() throws Exception {
    try (Connection connection = Clients.connect(broker)) {
      Channel channel = connection.createChannel();
      String queue = channel.queueDeclare().getQueue();
      Clients.send(channel, queue, Clients.PERSISTENT, "hello");
      assertThat(Clients.get(channel, queue)).isEqualTo("hello");
    }
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      runtime.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
