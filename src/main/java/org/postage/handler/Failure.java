package org.postage.handler;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postage.message.Result;

/**
 * How the handling of a message ended badly, as a whole or in one of its handlers.
 *
 * @param handler which one; null where none was called
 * @param text what went wrong, in words
 * @param cause what was thrown, where that says more
 */
public record Failure(
    Kind kind, @Nullable HandlerInfo handler, String text, @Nullable Throwable cause) {
  /** What went wrong; its name in lower case goes into the headers of a parked message. */
  public enum Kind {
    /** It can't be decoded, or is no message. */
    UNREADABLE,
    /** It asks for an answer where none is given. */
    UNANSWERABLE,
    /** It was delivered again and again without an outcome: it may be what ends its consumers. */
    UNSETTLED,
    /** It does not fit the handler's parameters. */
    UNFIT,
    /** Nobody handles it. */
    UNHANDLED,
    /** The handler refused it. */
    REJECTED,
    /** The handler failed. */
    FAILED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One that has neither handler nor cause. */
  public static Failure of(Kind kind, String text) {
    return new Failure(kind, null, text, null);
  }

  /** What the sender of a request is told. */
  Result answer() {
    return kind == Kind.FAILED && cause != null ? Result.exception(cause) : Result.error(text);
  }

  /** Whether the handler was called, and broke off. */
  boolean isHandlers() {
    return kind == Kind.FAILED || kind == Kind.REJECTED;
  }

  /** Whether the handler ended since its thread was interrupted, and not for its time limit. */
  boolean isInterruption() {
    Throwable thrown = cause;
    if (thrown == null || thrown instanceof HandlerTimeoutException) {
      return false;
    }
    for (int depth = 0; thrown != null && depth < 50; depth++) {
      if (thrown instanceof InterruptedException) {
        return true;
      }
      thrown = thrown.getCause();
    }
    return Thread.currentThread().isInterrupted();
  }

  /** What was thrown, where the handler itself failed: only that may go better next time. */
  Optional<Throwable> passing() {
    return kind == Kind.FAILED ? Optional.ofNullable(cause) : Optional.empty();
  }
}
