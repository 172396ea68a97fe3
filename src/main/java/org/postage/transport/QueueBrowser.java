package org.postage.transport;

import org.jspecify.annotations.Nullable;

/**
 * Looks at the messages of a queue one after the other, and takes out what it is told to. Each
 * message is held until this is closed; then all that were not removed go back to their places.
 * Consumers of the queue get none of them meanwhile. One thread's.
 */
public interface QueueBrowser extends AutoCloseable {
  /**
   * Holds the next message; null when there are no more.
   *
   * @throws TransportException if the broker refuses or can't be reached
   */
  @Nullable Delivery next();

  /** How many messages waited behind the one that {@link #next} gave last. */
  long remaining();

  /** Removes the message that {@link #next} gave last. */
  void remove();

  /** Lets go of all that is held. */
  @Override
  void close();
}
