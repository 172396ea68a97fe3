package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * The message certainly never reached a queue: no connection in time, no such exchange, no
 * permission.
 */
public sealed class NotSentException extends SendException permits BrokerBlockedException {
  /** Says why. */
  public NotSentException(String why, Destination destination, @Nullable String messageId) {
    super("not sent: " + why, destination, messageId);
  }

  /** Says why, with the cause. */
  public NotSentException(
      String why, Destination destination, @Nullable String messageId, Throwable cause) {
    super("not sent: " + why, destination, messageId, cause);
  }
}
