package org.postage.bench;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.postage.topology.Exchange;

/**
 * The broker of a run, as all processes know it.
 *
 * @param port on 127.0.0.1
 * @param pid of the process that is the broker
 * @param filled how many messages lie in the queue at the start
 */
record Broker(int port, long pid, int filled) {
  static final String HOST = "127.0.0.1";
  static final String QUEUE = "bench";

  /** A durable direct exchange; the queue is bound to it with its own name. */
  static final Exchange EXCHANGE = Exchange.direct("bench");

  private static final long NANOS_A_TICK = 10_000_000;

  ConnectionFactory factory() {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(HOST);
    factory.setPort(port);
    factory.setAutomaticRecoveryEnabled(false);
    return factory;
  }

  /** Processor time that the broker has used so far, in nanoseconds, to a hundredth of a second. */
  long cpuNanos() {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
      return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) * NANOS_A_TICK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void purge() throws IOException, TimeoutException {
    try (Connection connection = factory().newConnection()) {
      connection.createChannel().queuePurge(QUEUE);
    }
  }

  /** Makes exchange and queue anew: a classic, transient, shared queue, as Postage declares it. */
  Broker prepared(int messages) throws IOException, TimeoutException {
    ConnectionFactory filling = factory();
    filling.setSocketFactory(new CorkedSockets());
    try (Connection connection = filling.newConnection()) {
      Channel channel = connection.createChannel();
      channel.exchangeDeclare(EXCHANGE.name(), "direct", true);
      channel.queueDelete(QUEUE);
      channel.queueDeclare(QUEUE, false, false, false, Map.of());
      channel.queueBind(QUEUE, EXCHANGE.name(), QUEUE);
      byte[] body = Wire.message(Order.SAMPLE);
      AMQP.BasicProperties json =
          new AMQP.BasicProperties.Builder().contentType("application/json").build();
      for (int i = 0; i < messages; i++) {
        channel.basicPublish(EXCHANGE.name(), QUEUE, json, body);
      }
      // Answered when all of them have been routed.
      channel.queueDeclarePassive(QUEUE);
    }
    return new Broker(port, pid, messages);
  }
}
