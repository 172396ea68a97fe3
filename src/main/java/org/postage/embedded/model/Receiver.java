package org.postage.embedded.model;

/**
 * Where a channel's deliveries go. Called with the broker's lock held: implementations never block.
 */
public interface Receiver {
  /**
   * False while the client takes less than it is sent; deliveries wait in their queues meanwhile.
   */
  boolean hasRoom();

  /** One message for one consumer. */
  void deliver(String consumerTag, long deliveryTag, boolean redelivered, Message message);

  /** The broker ended a consumer, because its queue went away. */
  void cancelled(String consumerTag);
}
