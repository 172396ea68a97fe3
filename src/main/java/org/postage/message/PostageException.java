package org.postage.message;

/**
 * The root of what can happen to correct code: the broker refused, nobody answered, a body could
 * not be read.
 *
 * <p>Mistakes in a program (a wrong interface, a null, a closed {@code Postage}) are {@link
 * IllegalArgumentException}, {@link NullPointerException} and {@link IllegalStateException}
 * instead.
 */
public class PostageException extends RuntimeException {
  /** Says what happened. */
  public PostageException(String message) {
    super(message);
  }

  /** Says what happened, and because of what. */
  public PostageException(String message, Throwable cause) {
    super(message, cause);
  }
}
