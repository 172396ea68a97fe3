package org.postage.transport;

import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/**
 * A message was not delivered to the broker, or it is not known whether it was. Each kind is a
 * class of its own.
 */
public abstract sealed class SendException extends TransportException
    permits UnroutableException, NackedException, NotSentException, OutcomeUnknownException {
  private final String what;
  private final transient Destination destination;
  private final @Nullable String messageId;

  SendException(String what, Destination destination, @Nullable String messageId) {
    super(what + " (message " + messageId + " to " + destination + ")");
    this.what = what;
    this.destination = destination;
    this.messageId = messageId;
  }

  SendException(String what, Destination destination, @Nullable String messageId, Throwable cause) {
    super(what + " (message " + messageId + " to " + destination + ")", cause);
    this.what = what;
    this.destination = destination;
    this.messageId = messageId;
  }

  String what() {
    return what;
  }

  /** Where it was to go. */
  public Destination destination() {
    return destination;
  }

  /** The message's id; null where it has none. */
  public @Nullable String messageId() {
    return messageId;
  }
}
