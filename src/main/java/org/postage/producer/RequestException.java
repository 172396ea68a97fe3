package org.postage.producer;

import org.postage.message.PostageException;
import org.postage.message.SafeText;
import org.postage.topology.Destination;

/** A request was sent, and its answer is not a value: an error, an exception, or none in time. */
public abstract sealed class RequestException extends PostageException
    permits ErrorReplyException, ExceptionReplyException, RequestTimeoutException {
  private final String request;
  private final transient Destination destination;

  RequestException(String what, String request, Destination destination) {
    super("request '" + SafeText.of(request) + "' to " + destination + ": " + what);
    this.request = request;
    this.destination = destination;
  }

  /** The name of what was asked for. */
  public String request() {
    return request;
  }

  /** Where it was sent. */
  public Destination destination() {
    return destination;
  }
}
