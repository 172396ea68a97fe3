package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * The message certainly never reached a queue: the broker was short of memory or of disk for as
 * long as the message could wait, and took nothing from anybody.
 */
public final class BrokerBlockedException extends NotSentException {
  /** Says why the broker took nothing. */
  public BrokerBlockedException(
      String reason, Destination destination, @Nullable String messageId) {
    super("the broker blocks publishers: " + reason, destination, messageId);
  }
}
