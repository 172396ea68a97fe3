package org.postage.encoding;

import org.postage.message.PostageException;

/** A body could not be read or written in its encoding. */
public class EncodingException extends PostageException {
  /** Says what could not be read or written. */
  public EncodingException(String message) {
    super(message);
  }

  /** Says what could not be read or written, and why. */
  public EncodingException(String message, Throwable cause) {
    super(message, cause);
  }
}
