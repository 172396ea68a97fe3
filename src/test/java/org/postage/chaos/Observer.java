package org.postage.chaos;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.rabbitmq.RabbitMqNode;

/**
 * Looks at queues over a connection of its own, apart from what is observed and straight to a node
 * that is up. One thread's.
 */
final class Observer implements AutoCloseable {
  private final List<RabbitMqNode> nodes;
  private @Nullable Channel channel;

  Observer(List<RabbitMqNode> nodes) {
    this.nodes = nodes;
  }

  /** A channel that is open, for a moment at least. */
  Channel channel() throws IOException, TimeoutException {
    Channel open = channel;
    if (open == null || !open.isOpen()) {
      close();
      open = connect().createChannel();
      channel = open;
    }
    return open;
  }

  /** How many messages wait in a queue; -1 while nobody can tell. */
  int left(String queue) {
    try {
      return channel().queueDeclarePassive(queue).getMessageCount();
    } catch (IOException | TimeoutException | AlreadyClosedException e) {
      return -1;
    }
  }

  /** How many consume a queue; -1 while nobody can tell. */
  int consumers(String queue) {
    try {
      return channel().queueDeclarePassive(queue).getConsumerCount();
    } catch (IOException | TimeoutException | AlreadyClosedException e) {
      return -1;
    }
  }

  private Connection connect() throws IOException, TimeoutException {
    for (RabbitMqNode node : nodes.subList(1, nodes.size())) {
      try {
        return RabbitMqBroker.of(node, "/").connect();
      } catch (IOException | TimeoutException down) {
        // The next, perhaps.
      }
    }
    return RabbitMqBroker.of(nodes.get(0), "/").connect();
  }

  @Override
  public void close() {
    Channel open = channel;
    channel = null;
    if (open != null) {
      open.getConnection().abort(1_000);
    }
  }
}
