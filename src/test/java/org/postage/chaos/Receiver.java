package org.postage.chaos;

import java.util.concurrent.locks.LockSupport;
import org.postage.handler.MessageHandler;
import org.postage.transport.Delivery;

/** Enters what it is given into a ledger, after some work. Thread-safe. */
final class Receiver {
  private final Ledger ledger;
  private final long workNanos;

  Receiver(Ledger ledger) {
    this(ledger, 0);
  }

  Receiver(Ledger ledger, long workNanos) {
    this.ledger = ledger;
    this.workNanos = workNanos;
  }

  @MessageHandler("number")
  void number(int number, Delivery delivery) {
    work(workNanos);
    ledger.received(number, delivery.isRedelivered());
  }

  /** Takes this long. */
  static void work(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
