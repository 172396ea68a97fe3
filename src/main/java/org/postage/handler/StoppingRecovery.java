package org.postage.handler;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.message.Message;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;

/**
 * While a processor stops, gives back what a handler was interrupted at: that is not the message's
 * fault. Thread-safe.
 */
public final class StoppingRecovery implements Recovery {
  private final Recovery inner;
  private final BooleanSupplier isStopping;

  /** Has another one recover everything else. */
  public StoppingRecovery(Recovery inner, BooleanSupplier isStopping) {
    this.inner = inner;
    this.isStopping = isStopping;
  }

  @Override
  public @Nullable Failure refused(Delivery delivery) {
    return inner.refused(delivery);
  }

  @Override
  public Recovered recover(
      Delivery delivery,
      @Nullable Message message,
      List<Failure> failures,
      Optional<Duration> wait) {
    return isStopping.getAsBoolean() && failures.stream().anyMatch(Failure::isInterruption)
        ? new Recovered(Outcome.REQUEUE, true, false)
        : inner.recover(delivery, message, failures, wait);
  }
}
