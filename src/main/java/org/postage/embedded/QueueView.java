package org.postage.embedded;

import java.util.Map;
import org.postage.embedded.model.Queue;

/**
 * A queue, as it was when asked.
 *
 * @param name its name
 * @param durable it outlives a restart
 * @param exclusive it belongs to one connection
 * @param autoDelete it goes with its last consumer
 * @param arguments what it was declared with; texts may be amqp-client's {@code LongString}
 * @param ready messages that wait
 * @param unacknowledged messages that consumers have and have not settled
 * @param consumers how many consume from it
 * @param paused {@link EmbeddedVhost#pause} was called for it
 */
public record QueueView(
    String name,
    boolean durable,
    boolean exclusive,
    boolean autoDelete,
    Map<String, Object> arguments,
    int ready,
    int unacknowledged,
    int consumers,
    boolean paused) {

  static QueueView of(Queue queue) {
    return new QueueView(
        queue.name(),
        queue.durable(),
        queue.declaration().owner() != null,
        queue.declaration().autoDelete(),
        queue.argumentTable(),
        queue.messageCount(),
        queue.unackedCount(),
        queue.consumerCount(),
        queue.paused());
  }
}
