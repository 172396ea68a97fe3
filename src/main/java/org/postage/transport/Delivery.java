package org.postage.transport;

import org.jspecify.annotations.Nullable;

/**
 * A message as a queue handed it over. Immutable and thread-safe.
 *
 * @param message bytes and properties
 * @param queue where it waited
 * @param exchange where it was published
 * @param routingKey the key it was published with
 * @param isRedelivered whether it may have been delivered before; false is certain, true is not
 * @param deadlineNanos when nobody waits for the answer to this request any more, as {@link
 *     System#nanoTime} tells time; null if it does not say
 */
public record Delivery(
    RawMessage message,
    String queue,
    String exchange,
    String routingKey,
    boolean isRedelivered,
    @Nullable Long deadlineNanos) {
  /** A message that was delivered just now. */
  public Delivery(
      RawMessage message, String queue, String exchange, String routingKey, boolean isRedelivered) {
    this(message, queue, exchange, routingKey, isRedelivered, Deadline.of(message));
  }

  /** The same with another message. */
  public Delivery withMessage(RawMessage newMessage) {
    return new Delivery(newMessage, queue, exchange, routingKey, isRedelivered, deadlineNanos);
  }

  /** The same, as if it came from there. */
  public Delivery from(String itsExchange, String itsRoutingKey) {
    return new Delivery(message, queue, itsExchange, itsRoutingKey, isRedelivered, deadlineNanos);
  }
}
