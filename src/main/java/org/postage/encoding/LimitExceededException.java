package org.postage.encoding;

/** A body is bigger, deeper or longer than {@link Limits} allow. */
public final class LimitExceededException extends EncodingException {
  /** Says which limit. */
  public LimitExceededException(String message) {
    super(message);
  }

  /** Says which limit, and where. */
  public LimitExceededException(String message, Throwable cause) {
    super(message, cause);
  }
}
