package org.postage.chaos;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Threads that send a ledger's messages, all of them, at a given pace. */
final class Senders {
  /** What they send with. */
  interface Numbers {
    CompletableFuture<Void> message_number(int number);
  }

  private final CountDownLatch running;
  private final Ledger ledger;
  private final IntFunction<CompletableFuture<Void>> send;
  private final long start = System.nanoTime();
  private final AtomicLong slots = new AtomicLong();
  private final long slotNanos;
  private volatile boolean isStopped;

  private Senders(
      Ledger ledger, IntFunction<CompletableFuture<Void>> send, int threads, int perSecond) {
    this.ledger = ledger;
    this.send = send;
    running = new CountDownLatch(threads);
    slotNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(this::run, "chaos-sender-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Starts them.
   *
   * @param perSecond of all together; 0 for as many as possible
   */
  static Senders start(
      Ledger ledger, IntFunction<CompletableFuture<Void>> send, int threads, int perSecond) {
    return new Senders(ledger, send, threads, perSecond);
  }

  /** Waits until all is sent, or the time is over. */
  boolean await(Duration limit) throws InterruptedException {
    return running.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until so many messages were sent, or all. */
  void awaitAttempts(int count) throws InterruptedException {
    while (ledger.attempts() < count && !await(Duration.ofMillis(5))) {
      // Again.
    }
  }

  /** Nothing more is begun. */
  void stop() {
    isStopped = true;
  }

  private void run() {
    try {
      while (!isStopped) {
        awaitSlot();
        int number = ledger.attempt();
        if (number < 0) {
          return;
        }
        send(number);
      }
    } finally {
      running.countDown();
    }
  }

  private void send(int number) {
    long before = System.nanoTime();
    try {
      send.apply(number).whenComplete((v, failure) -> ledger.settled(number, failure));
    } catch (RuntimeException e) {
      ledger.settled(number, e);
    }
    ledger.call(System.nanoTime() - before);
  }

  // Whoever was held up makes up for it: the pace is kept on the whole.
  private void awaitSlot() {
    if (slotNanos > 0) {
      long at = start + slots.getAndIncrement() * slotNanos;
      for (long left = at - System.nanoTime();
          left > 0 && !isStopped;
          left = at - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }
}
