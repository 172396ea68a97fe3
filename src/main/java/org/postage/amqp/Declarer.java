package org.postage.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ChannelContinuationTimeoutException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postage.topology.Binding;
import org.postage.topology.Declaration;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Declares exchanges and queues, on channels of their own: a refusal closes a channel, and no
 * consumer or publisher shall lose its. Not thread-safe: used on one link's thread.
 */
final class Declarer {
  private static final Logger LOG = LoggerFactory.getLogger(Declarer.class);
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  private static final int DELIVERY_LIMIT = 20;

  // Each difference is told once, not at every reconnect.
  private final Set<String> warned = new HashSet<>();

  /** One declaration on a channel. */
  @FunctionalInterface
  interface Step {
    void on(Channel channel) throws IOException;
  }

  void declare(BrokerConnection connection, Exchange exchange)
      throws IOException, TimeoutException {
    if (exchange.isDefault()) {
      return;
    }
    declare(
        connection,
        exchange.declaration(),
        "exchange '" + exchange.name() + "'",
        channel ->
            channel.exchangeDeclare(
                exchange.name(),
                exchange.type(),
                exchange.isDurable(),
                exchange.isAutoDelete(),
                false,
                new HashMap<>(exchange.arguments())),
        channel -> channel.exchangeDeclarePassive(exchange.name()));
  }

  /** Declares a queue; one without a name can't be declared here, since its name would be lost. */
  void declare(BrokerConnection connection, Queue queue) throws IOException, TimeoutException {
    boolean isDurable =
        queue.isDurable()
            || (!queue.isExclusive() && refusesTransientQueues(connection.serverProperties()));
    declare(
        connection,
        queue.declaration(),
        "queue '" + queue.name() + "'",
        channel ->
            channel.queueDeclare(
                queue.name(),
                isDurable,
                queue.isExclusive(),
                queue.isAutoDelete(),
                new HashMap<>(queue.arguments())),
        channel -> channel.queueDeclarePassive(queue.name()));
  }

  /** Declares an exchange and a queue, and binds them. */
  void declare(BrokerConnection connection, Binding binding) throws IOException, TimeoutException {
    declare(connection, binding.exchange());
    declare(connection, binding.queue());
    on(connection, channel -> bind(channel, binding));
  }

  static void bind(Channel channel, Binding binding) throws IOException {
    if (!binding.exchange().isDefault()) {
      channel.queueBind(
          binding.queue().name(),
          binding.exchange().name(),
          binding.routingKey(),
          binding.arguments());
    }
  }

  static void unbind(Channel channel, Binding binding) throws IOException {
    channel.queueUnbind(
        binding.queue().name(),
        binding.exchange().name(),
        binding.routingKey(),
        binding.arguments());
  }

  /** Whether there is an exchange of this name. */
  boolean exists(BrokerConnection connection, Exchange exchange)
      throws IOException, TimeoutException {
    return exists(connection, channel -> channel.exchangeDeclarePassive(exchange.name()));
  }

  /** Whether there is a queue of this name, be it another connection's own. */
  boolean queueExists(BrokerConnection connection, String queue)
      throws IOException, TimeoutException {
    return exists(connection, channel -> channel.queueDeclarePassive(queue));
  }

  private static boolean exists(BrokerConnection connection, Step finding)
      throws IOException, TimeoutException {
    try {
      on(connection, finding);
      return true;
    } catch (IOException e) {
      ShutdownSignalException signal = Refusals.signalIn(e);
      int code = signal == null ? 0 : Refusals.code(signal);
      if (code == AMQP.NOT_FOUND) {
        return false;
      } else if (code == AMQP.RESOURCE_LOCKED) {
        return true;
      }
      throw e;
    }
  }

  private void declare(
      BrokerConnection connection, Declaration how, String what, Step declaring, Step finding)
      throws IOException, TimeoutException {
    if (how == Declaration.PASSIVE) {
      on(connection, finding);
      return;
    }
    try {
      on(connection, declaring);
    } catch (IOException e) {
      ShutdownSignalException signal = Refusals.signalIn(e);
      if (signal == null
          || Refusals.code(signal) != AMQP.PRECONDITION_FAILED
          || how == Declaration.STRICT) {
        throw e;
      }
      on(connection, finding);
      if (warned.add(what)) {
        LOG.warn(
            "The {} exists with other flags and is used as it is: {}", what, Refusals.text(signal));
      }
    }
  }

  static void on(BrokerConnection connection, Step step) throws IOException, TimeoutException {
    Channel channel = connection.createChannel();
    boolean isAnswered = true;
    try {
      step.on(channel);
    } catch (ChannelContinuationTimeoutException e) {
      // Nor would a close be answered; the connection is in doubt.
      isAnswered = false;
      throw e;
    } finally {
      if (isAnswered) {
        close(channel);
      }
    }
  }

  private static void close(Channel channel) throws IOException, TimeoutException {
    try {
      if (channel.isOpen()) {
        channel.close();
      }
    } catch (ShutdownSignalException e) {
      LOG.debug("A declaring channel was closed before we closed it");
    }
  }

  /**
   * From RabbitMQ 4.3 on, a queue that is neither durable nor exclusive closes the connection,
   * unless the operator allows it; a durable one serves the same purpose.
   *
   * @see <a href="https://www.rabbitmq.com/docs/queues">RabbitMQ: queues</a>
   */
  static boolean refusesTransientQueues(Map<String, Object> serverProperties) {
    return isAtLeast(4, 3, serverProperties);
  }

  /**
   * From RabbitMQ 3.10 on, quorum queues expire messages and hand them on with confirms.
   *
   * @see <a href="https://www.rabbitmq.com/docs/quorum-queues">RabbitMQ: quorum queues</a>
   */
  static boolean deliversExpiredAtLeastOnce(Map<String, Object> serverProperties) {
    return isAtLeast(3, 10, serverProperties);
  }

  /**
   * From RabbitMQ 4.0 on, quorum queues drop what was delivered that often, unless they are
   * declared otherwise.
   *
   * @see <a href="https://www.rabbitmq.com/docs/quorum-queues">RabbitMQ: quorum queues</a>
   */
  static OptionalInt deliveryLimit(Map<String, Object> serverProperties) {
    return isAtLeast(4, 0, serverProperties) ? OptionalInt.of(DELIVERY_LIMIT) : OptionalInt.empty();
  }

  private static boolean isAtLeast(
      int wantedMajor, int wantedMinor, Map<String, Object> serverProperties) {
    Matcher version = VERSION.matcher(String.valueOf(serverProperties.get("version")));
    if (!version.matches()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }
}
