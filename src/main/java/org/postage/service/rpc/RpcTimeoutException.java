package org.postage.service.rpc;

import java.time.Duration;
import org.postage.message.PostageException;
import org.postage.message.SafeText;

/** A call was made and no answer came in time. The far side may still have acted on it. */
public final class RpcTimeoutException extends PostageException {
  private final Duration timeout;

  RpcTimeoutException(RpcRequest request, Duration timeout) {
    super(SafeText.of(request) + ": no answer within " + timeout);
    this.timeout = timeout;
  }

  /** How long it was waited for. */
  public Duration timeout() {
    return timeout;
  }
}
