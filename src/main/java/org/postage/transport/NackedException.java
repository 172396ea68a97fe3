package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * The broker refused to take the message, for example because its queue is full. It may be sent
 * again later.
 */
public final class NackedException extends SendException {
  /** For a message that the broker nacked. */
  public NackedException(Destination destination, @Nullable String messageId) {
    super(
        "the broker refused to take the message, perhaps since a queue is full",
        destination,
        messageId);
  }
}
