package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * The broker refused to take the message each time that it was tried, for example because its queue
 * is full. Other queues that it was to go to may have got it, once for each try.
 */
public final class NackedException extends SendException {
  private final int tries;

  /** For a message that the broker nacked so many times, the last one included. */
  public NackedException(Destination destination, @Nullable String messageId, int tries) {
    super(
        "the broker refused to take the message, tried "
            + tries
            + (tries == 1 ? " time" : " times")
            + ", perhaps since a queue is full",
        destination,
        messageId);
    this.tries = tries;
  }

  /** How often it was published. */
  public int tries() {
    return tries;
  }
}
