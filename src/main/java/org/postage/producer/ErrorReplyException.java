package org.postage.producer;

import org.postage.message.SafeText;
import org.postage.topology.Destination;

/**
 * The far side refused, in a way that its interface provides for, or had no handler for the
 * request.
 */
public final class ErrorReplyException extends RequestException {
  private final String remoteMessage;

  ErrorReplyException(String request, Destination destination, String remoteMessage) {
    super("error reply: " + SafeText.of(remoteMessage), request, destination);
    this.remoteMessage = remoteMessage;
  }

  /** The far side's text, as it came. */
  public String remoteMessage() {
    return remoteMessage;
  }
}
