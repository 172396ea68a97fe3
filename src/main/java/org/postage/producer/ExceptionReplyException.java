package org.postage.producer;

import org.postage.message.SafeText;
import org.postage.topology.Destination;

/**
 * The far side's handler broke off with an exception. Its name and text are only text: no class is
 * ever looked up.
 */
public final class ExceptionReplyException extends RequestException {
  private final String remoteType;
  private final String remoteMessage;

  ExceptionReplyException(
      String request, Destination destination, String remoteType, String remoteMessage) {
    super(
        "exception reply: " + SafeText.of(remoteType) + ": " + SafeText.of(remoteMessage),
        request,
        destination);
    this.remoteType = remoteType;
    this.remoteMessage = remoteMessage;
  }

  /** The far side's name of the exception, for example {@code ValueError}. */
  public String remoteType() {
    return remoteType;
  }

  /** The far side's text, as it came. */
  public String remoteMessage() {
    return remoteMessage;
  }
}
