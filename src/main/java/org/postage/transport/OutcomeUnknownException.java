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
}
