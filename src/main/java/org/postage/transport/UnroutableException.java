package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * The broker has no queue for this exchange and key: nobody listens there, and the message is gone.
 */
public final class UnroutableException extends SendException {
  /** For a message that came back. */
  public UnroutableException(Destination destination, @Nullable String messageId) {
    super(
        "nobody listens: no queue is bound there; start the receiver first",
        destination,
        messageId);
  }
}
