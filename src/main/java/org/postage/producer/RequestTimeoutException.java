package org.postage.producer;

import java.time.Duration;
import org.postage.topology.Destination;

/** A request was sent and no reply came in time. The far side may still have acted on it. */
public final class RequestTimeoutException extends RequestException {
  private final Duration timeout;
  private final int sends;

  RequestTimeoutException(String request, Destination destination, Duration timeout, int sends) {
    super(
        "no reply within "
            + timeout
            + " of "
            + (sends == 1 ? "the only send" : "the last of " + sends + " sends"),
        request,
        destination);
    this.timeout = timeout;
    this.sends = sends;
  }

  /** How long each send was waited for. */
  public Duration timeout() {
    return timeout;
  }

  /** How often it was sent. */
  public int sends() {
    return sends;
  }
}
