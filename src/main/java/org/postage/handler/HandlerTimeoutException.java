package org.postage.handler;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postage.message.PostageException;

/** A handler took longer than it may. It has ended by now, in whatever way. */
public final class HandlerTimeoutException extends PostageException {
  HandlerTimeoutException(String handler, Duration limit, @Nullable Throwable cause) {
    super(handler + " took longer than its limit of " + limit);
    if (cause != null) {
      initCause(cause);
    }
  }
}
