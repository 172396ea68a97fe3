package org.postage.handler;

import org.postage.message.MalformedMessageException;
import org.postage.message.PostageException;

/**
 * The message does not fit the handler's parameters: the sender's mistake, while the handler was
 * not even called. Interceptors see it; it is not for handlers to throw.
 */
public final class UnfitMessageException extends PostageException {
  UnfitMessageException(String text) {
    super(text);
  }

  UnfitMessageException(MalformedMessageException cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
