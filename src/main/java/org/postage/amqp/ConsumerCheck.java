package org.postage.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is consumed with what the broker says of it, for one subscription. Used on the
 * link's thread.
 */
final class ConsumerCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerCheck.class);

  // While a queue's leader changes, a broker may count none once.
  private final Set<String> withoutConsumers = new HashSet<>();

  /**
   * What is wrong, in words; null if nothing is. That a queue has no consumer counts when it is
   * found twice in a row.
   */
  @Nullable String problem(BrokerConnection connection, Collection<String> queues)
      throws IOException, TimeoutException {
    for (String queue : queues) {
      String problem = problem(connection, queue);
      if (problem != null) {
        withoutConsumers.clear();
        return problem;
      }
    }
    return null;
  }

  private @Nullable String problem(BrokerConnection connection, String queue)
      throws IOException, TimeoutException {
    try {
      if (consumers(connection, queue) > 0) {
        withoutConsumers.remove(queue);
        return null;
      }
      return withoutConsumers.add(queue) ? null : "the broker knows no consumer of '" + queue + "'";
    } catch (IOException e) {
      ShutdownSignalException signal = Refusals.signalIn(e);
      if (signal == null || signal.isHardError()) {
        throw e;
      }
      if (Refusals.code(signal) == AMQP.NOT_FOUND) {
        return "queue '" + queue + "' is gone";
      }
      LOG.debug("Queue '{}' can't be asked for its consumers: {}", queue, Refusals.text(signal));
      return null;
    }
  }

  private static int consumers(BrokerConnection connection, String queue)
      throws IOException, TimeoutException {
    int[] count = {0};
    Declarer.on(
        connection,
        (Channel channel) -> count[0] = channel.queueDeclarePassive(queue).getConsumerCount());
    return count[0];
  }
}
