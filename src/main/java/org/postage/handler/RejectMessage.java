package org.postage.handler;

import org.postage.message.PostageException;

/**
 * Thrown by a handler: the message is rejected and not delivered again. It goes to the queue's
 * dead-letter exchange where there is one. The sender of a request gets an error reply with this
 * text.
 */
public final class RejectMessage extends PostageException {
  /** Says why. */
  public RejectMessage(String message) {
    super(message);
  }
}
