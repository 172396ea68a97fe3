package org.postage.handler;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postage.message.Message;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;

/** What becomes of messages whose handling failed. Thread-safe. */
public interface Recovery {
  /** They are rejected: dropped, or dead-lettered where the queue says so. */
  Recovery REJECT =
      (delivery, message, failures, wait) -> new Recovered(Outcome.REJECT, false, false);

  /**
   * Finds something to do with a message.
   *
   * @param message null where it could not be read
   * @param failures one at least
   * @param wait how long its sender still waits for an answer; empty if there is none to wait
   */
  Recovered recover(
      Delivery delivery,
      @Nullable Message message,
      List<Failure> failures,
      Optional<Duration> wait);

  /** Why a message is not even to be tried; null if it is. */
  default @Nullable Failure refused(Delivery delivery) {
    return null;
  }

  /**
   * What was found.
   *
   * @param isTriedAgain whether it comes again, so that its sender gets no answer yet
   * @param isParked whether it is kept where it can be looked at
   */
  record Recovered(Outcome outcome, boolean isTriedAgain, boolean isParked) {}
}
