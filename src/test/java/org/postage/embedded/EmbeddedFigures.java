package org.postage.embedded;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postage.rabbitmq.RabbitMqNode;

/**
 * The embedded broker's figures beside RabbitMQ's, in one run. Not a test; after {@code mvn
 * test-compile}:
 *
 * <pre>
 * mvn -q dependency:build-classpath -Dmdep.outputFile=target/figures.classpath
 * java -cp target/classes:target/test-classes:$(cat target/figures.classpath) org.postage.embedded.EmbeddedFigures
 * </pre>
 */
public final class EmbeddedFigures {
  private static final int MESSAGES = 100_000;
  private static final int CALLS = 5_000;
  private static final int WINDOW = 1_000;
  private static final int PREFETCH = 250;
  private static final int ROUNDS = 3;
  private static final byte[] BODY = new byte[256];

  private EmbeddedFigures() {}

  public static void main(String[] arguments) throws Exception {
    startAndStop();
    try (EmbeddedBroker embedded = EmbeddedBroker.start();
        RabbitMqNode node = RabbitMqNode.start()) {
      System.out.printf(
          "%-10s %15s %15s %12s %12s%n",
          "", "confirmed/s", "consumed/s", "RPC p50 us", "RPC p99 us");
      for (int round = 0; round < ROUNDS; round++) {
        measure("embedded", embedded.port());
        measure("RabbitMQ", node.port());
      }
    }
  }

  private static void startAndStop() throws Exception {
    for (int i = 0; i < 10; i++) {
      EmbeddedBroker.start().close();
    }
    long heapBefore = usedHeap();
    long start = System.nanoTime();
    EmbeddedBroker broker = EmbeddedBroker.start();
    double startMillis = (System.nanoTime() - start) / 1e6;
    long heap = usedHeap() - heapBefore;
    long stop = System.nanoTime();
    broker.close();
    System.out.printf(
        "start %.2f ms (warm), stop %.2f ms, idle heap %d KiB, threads after close: %d%n",
        startMillis, (System.nanoTime() - stop) / 1e6, heap >> 10, brokerThreads());
  }

  private static void measure(String name, int port) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(port);
    try (Connection publishing = factory.newConnection();
        Connection consuming = factory.newConnection()) {
      String queue =
          consuming.createChannel().queueDeclare("", false, false, false, Map.of()).getQueue();
      double confirmed = publish(publishing.createChannel(), queue);
      double consumed = consume(consuming.createChannel(), queue);
      long[] calls = call(publishing, consuming);
      publishing.createChannel().queueDelete(queue);
      System.out.printf(
          "%-10s %,15.0f %,15.0f %12d %12d%n",
          name, confirmed, consumed, calls[CALLS / 2] / 1_000, calls[CALLS * 99 / 100] / 1_000);
    }
  }

  private static double publish(Channel channel, String queue) throws Exception {
    channel.confirmSelect();
    long start = System.nanoTime();
    for (int i = 0; i < MESSAGES; i++) {
      channel.basicPublish("", queue, null, BODY);
      if (i % WINDOW == WINDOW - 1) {
        channel.waitForConfirmsOrDie();
      }
    }
    channel.waitForConfirmsOrDie();
    return rate(start);
  }

  private static double consume(Channel channel, String queue) throws Exception {
    CountDownLatch left = new CountDownLatch(MESSAGES);
    channel.basicQos(PREFETCH);
    long start = System.nanoTime();
    channel.basicConsume(
        queue,
        false,
        (tag, delivery) -> {
          channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
          left.countDown();
        },
        tag -> {});
    left.await();
    return rate(start);
  }

  private static double rate(long start) {
    return MESSAGES / ((System.nanoTime() - start) / 1e9);
  }

  /** Nanoseconds of each call over direct reply-to, one after the other, shortest first. */
  private static long[] call(Connection calling, Connection serving) throws Exception {
    Channel server = serving.createChannel();
    // Not exclusive: the caller is on another connection.
    String queue = server.queueDeclare("", false, false, true, Map.of()).getQueue();
    server.basicConsume(
        queue,
        true,
        (tag, delivery) ->
            server.basicPublish("", delivery.getProperties().getReplyTo(), null, BODY),
        tag -> {});
    Channel caller = calling.createChannel();
    BlockingQueue<byte[]> replies = new ArrayBlockingQueue<>(1);
    caller.basicConsume(
        "amq.rabbitmq.reply-to", true, (tag, reply) -> replies.add(reply.getBody()), tag -> {});
    BasicProperties request =
        new BasicProperties.Builder().replyTo("amq.rabbitmq.reply-to").build();
    long[] nanos = new long[CALLS];
    for (int i = 0; i < CALLS; i++) {
      long start = System.nanoTime();
      caller.basicPublish("", queue, request, BODY);
      if (replies.poll(60, TimeUnit.SECONDS) == null) {
        throw new IllegalStateException("no reply within 10 s");
      }
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos;
  }

  private static long brokerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("embedded-broker"))
        .count();
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      runtime.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
