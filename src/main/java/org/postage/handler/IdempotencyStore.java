package org.postage.handler;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which messages were handled, and what was answered, for {@link Idempotent} handlers.
 * Has to be thread-safe; processors may share one. It must not do the work of one key twice at
 * once: whoever comes second waits for a while, or is told by a {@link BusyException} to come
 * again.
 */
public interface IdempotencyStore {
  /**
   * Does the work, unless it was done in the last while. Work that fails is not remembered, and
   * what it threw is thrown. The work runs on the calling thread.
   *
   * @param key names handler and message, at most 600 characters
   * @param window how long to remember it, 1 second to a year
   * @return what it gave when it was done before; empty where it was done now
   * @throws BusyException if it is being done by somebody else for longer than is waited here
   */
  Optional<Handled> once(String key, Duration window, Callable<Handled> work) throws Exception;

  /**
   * Remembers an answer that was given only after the work had ended. Does nothing where the key is
   * not remembered any more.
   */
  void answered(String key, Handled handled) throws Exception;

  /**
   * What is remembered of one message: that it was handled, and the answer to a request.
   *
   * <p>Not a record: the answer is an array, which is not copied. Nobody writes to it. Immutable
   * otherwise, and thread-safe.
   */
  final class Handled {
    /** Handled, and not answered: not a request, or not answered yet. */
    public static final Handled WITHOUT_ANSWER = new Handled(null, null);

    private final byte @Nullable [] answer;
    private final @Nullable String contentType;

    private Handled(byte @Nullable [] answer, @Nullable String contentType) {
      this.answer = answer;
      this.contentType = contentType;
    }

    /**
     * Handled, and answered.
     *
     * @param contentType how the answer is encoded, at most 255 bytes
     */
    public static Handled withAnswer(byte[] answer, String contentType) {
      return new Handled(
          requireNonNull(answer, "answer"), requireNonNull(contentType, "contentType"));
    }

    /** The answer, encoded; null if there was none. */
    public byte @Nullable [] answer() {
      return answer;
    }

    /** How the answer is encoded; null if there was none. */
    public @Nullable String contentType() {
      return contentType;
    }
  }

  /** The same message is being handled at this moment: it is delivered again, a little later. */
  final class BusyException extends Exception {
    /** Says by whom, as far as that is known. */
    public BusyException(String message) {
      super(message);
    }

    /** With what the store was told by whoever knows. */
    public BusyException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
