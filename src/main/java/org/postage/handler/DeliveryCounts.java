package org.postage.handler;

import java.util.concurrent.atomic.LongAdder;
import org.postage.transport.Outcome;

/** Counts what becomes of deliveries, for any number of processors. Thread-safe. */
public final class DeliveryCounts {
  private final LongAdder consumed = new LongAdder();
  private final LongAdder unreadable = new LongAdder();
  private final LongAdder unhandled = new LongAdder();
  private final LongAdder overdue = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder parked = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder requeued = new LongAdder();

  /** Begins at zero. */
  public DeliveryCounts() {}

  /** So far. What ends meanwhile may be counted in part. */
  public DeliveryStats stats() {
    return new DeliveryStats(
        consumed.sum(),
        unreadable.sum(),
        unhandled.sum(),
        overdue.sum(),
        retried.sum(),
        parked.sum(),
        rejected.sum(),
        requeued.sum());
  }

  void unreadable() {
    unreadable.increment();
  }

  void unhandled() {
    unhandled.increment();
  }

  void overdue() {
    overdue.increment();
  }

  void recovered(Recovery.Recovered recovered) {
    if (recovered.outcome() != Outcome.ACK) {
      return;
    }
    if (recovered.isTriedAgain()) {
      retried.increment();
    }
    if (recovered.isParked()) {
      parked.increment();
    }
  }

  Outcome ended(Outcome outcome) {
    consumed.increment();
    switch (outcome) {
      case ACK -> {}
      case REJECT -> rejected.increment();
      case REQUEUE -> requeued.increment();
    }
    return outcome;
  }
}
