package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * The message was written, and the broker never said what became of it: it may have arrived, or
 * not.
 */
public final class OutcomeUnknownException extends SendException {
  /** Says why. */
  public OutcomeUnknownException(String why, Destination destination, @Nullable String messageId) {
    super("outcome unknown: " + why, destination, messageId);
  }

  /** An earlier copy may have arrived; this became of the last one, and is the cause. */
  public OutcomeUnknownException(SendException lastCopy) {
    super(
        "outcome unknown: an earlier copy was written and not confirmed when its connection was"
            + " lost; the last one: "
            + lastCopy.what(),
        lastCopy.destination(),
        lastCopy.messageId(),
        lastCopy);
  }
}
