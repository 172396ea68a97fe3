package org.postage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** amqp-client, in few words. */
final class Clients {
  static final BasicProperties PERSISTENT = new BasicProperties.Builder().deliveryMode(2).build();

  private Clients() {}

  static ConnectionFactory factory(EmbeddedBroker broker) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(broker.host());
    factory.setPort(broker.port());
    factory.setAutomaticRecoveryEnabled(false);
    return factory;
  }

  static Connection connect(EmbeddedBroker broker) throws Exception {
    return factory(broker).newConnection();
  }

  static void declare(Channel channel, String queue, Map<String, Object> arguments)
      throws Exception {
    channel.queueDeclare(queue, true, false, false, arguments);
  }

  /** Publishes to a queue and waits until the broker has it. */
  static void send(Channel channel, String queue, BasicProperties properties, String text)
      throws Exception {
    channel.confirmSelect();
    channel.basicPublish("", queue, properties, text.getBytes(UTF_8));
    channel.waitForConfirmsOrDie(10_000);
  }

  static @Nullable String get(Channel channel, String queue) throws Exception {
    GetResponse response = channel.basicGet(queue, true);
    return response == null ? null : new String(response.getBody(), UTF_8);
  }

  /** The texts that come from a queue, acknowledged when sent. */
  static BlockingQueue<String> consume(Channel channel, String queue) throws Exception {
    BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) -> texts.add(new String(delivery.getBody(), UTF_8)),
        tag -> texts.add("cancelled"));
    return texts;
  }
}
