package org.postage.transport;

import org.postage.message.PostageException;

/** The broker could not be reached, or refused. */
public class TransportException extends PostageException {
  /** Says what went wrong. */
  public TransportException(String message) {
    super(message);
  }

  /** Says what went wrong, and because of what. */
  public TransportException(String message, Throwable cause) {
    super(message, cause);
  }
}
