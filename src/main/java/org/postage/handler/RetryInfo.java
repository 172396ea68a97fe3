package org.postage.handler;

import org.postage.transport.Delivery;

/**
 * For a handler that is tried again: which attempt this is. A handler's parameter of this type gets
 * it. Immutable.
 *
 * @param attempt 1 at first; attempts that follow in place ({@link Retry#inPlace}) are not counted
 */
public record RetryInfo(int attempt) {
  /** Of a message as it was delivered. */
  static RetryInfo of(Delivery delivery) {
    return new RetryInfo(RetryAndPark.attempt(delivery));
  }

  /** Whether an earlier attempt has failed. */
  public boolean isRetry() {
    return attempt > 1;
  }
}
