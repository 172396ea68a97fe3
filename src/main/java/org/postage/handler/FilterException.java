package org.postage.handler;

import org.postage.message.PostageException;

/**
 * Thrown by a {@link Filter}: the handler is not to get this message. Others are; the message
 * counts as handled. The sender of a request gets an error reply with this text.
 */
public final class FilterException extends PostageException {
  /** Says why. */
  public FilterException(String message) {
    super(message);
  }
}
