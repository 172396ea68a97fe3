package org.postage.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/** What is done with a peer, the same for all. */
enum Scenario {
  /** Sends as fast as it can until the time is over, and waits until the broker has it all. */
  PUBLISH("publish", 30_000) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      while (meter.goesOn()) {
        for (int sent = peer.send(Order.SAMPLE); sent > 0; sent--) {
          meter.done();
        }
      }
      peer.flush();
    }
  },
  /** Handles what lies in the queue. */
  CONSUME("consume", 30_000) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      progress.begin(peer, meter);
      while (meter.goesOn() && !progress.isDry()) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
  },
  /** Sends until the time is over, handles it meanwhile, and ends when all is handled. */
  PUBLISH_AND_CONSUME("publish and consume at once", 30_000) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      progress.begin(peer, meter);
      long sent = 0;
      while (meter.goesOn()) {
        sent += peer.send(Order.SAMPLE);
      }
      long limit = System.nanoTime() + PATIENCE.toNanos();
      while (meter.count() < sent) {
        TimeUnit.MICROSECONDS.sleep(200);
        if (System.nanoTime() > limit) {
          throw new TimeoutException(meter.count() + " of " + sent + " messages were handled");
        }
      }
    }
  },
  /** One caller that waits for each answer. */
  CALL("one call at a time", 3_000) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      progress.serve(peer);
      call(peer, meter);
    }
  },
  /** 64 calls at a time, as futures. */
  CALLS("64 callers", 20_000) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      progress.serve(peer);
      Semaphore free = new Semaphore(THREADS);
      while (meter.goesOn()) {
        free.acquire();
        long start = System.nanoTime();
        peer.callAsync(Order.SAMPLE)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    meter.took(System.nanoTime() - start);
                    meter.done();
                    free.release();
                  } else {
                    failure.printStackTrace();
                  }
                });
      }
      if (!free.tryAcquire(THREADS, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new TimeoutException("a call was not answered");
      }
    }
  },
  /** The same from 64 threads that wait. */
  CALLERS("64 callers", 20_000) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      progress.serve(peer);
      List<CompletableFuture<Void>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        CompletableFuture<Void> caller = new CompletableFuture<>();
        callers.add(caller);
        Thread thread =
            new Thread(
                () -> {
                  try {
                    call(peer, meter);
                    caller.complete(null);
                  } catch (Exception e) {
                    caller.completeExceptionally(e);
                  }
                });
        thread.setDaemon(true);
        thread.start();
      }
      for (CompletableFuture<Void> each : callers) {
        each.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  },
  /** 10,000 calls that nobody answers until all of them have been made. */
  OUTSTANDING("10,000 calls outstanding", 0) {
    @Override
    void work(Peer peer, Meter meter, Progress progress) throws Exception {
      long before = heap();
      List<CompletableFuture<Order>> calls = new ArrayList<>(OUTSTANDING_CALLS);
      for (int i = 0; i < OUTSTANDING_CALLS; i++) {
        calls.add(peer.callAsync(Order.SAMPLE));
      }
      meter.figure("heap_per_call", (heap() - before) / (double) OUTSTANDING_CALLS);
      progress.serve(peer);
      for (CompletableFuture<Order> each : calls) {
        each.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        meter.done();
      }
    }
  };

  private static final int THREADS = 64;
  private static final int OUTSTANDING_CALLS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String title;
  private final int warmUp;

  Scenario(String title, int warmUp) {
    this.title = title;
    this.warmUp = warmUp;
  }

  /** What it is called, together with others that are compared with it. */
  String title() {
    return title;
  }

  /** How much is to be done before a measurement, at least. */
  int warmUp() {
    return warmUp;
  }

  /** Works until the meter says that it is enough, and returns when all that was begun is done. */
  abstract void work(Peer peer, Meter meter, Progress progress) throws Exception;

  private static void call(Peer peer, Meter meter) throws Exception {
    while (meter.goesOn()) {
      long start = System.nanoTime();
      Order answer = peer.call(Order.SAMPLE);
      meter.took(System.nanoTime() - start);
      if (!answer.equals(Order.SAMPLE)) {
        throw new IllegalStateException("answered " + answer);
      }
      meter.done();
    }
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** What goes on from the warm-up to the measurement. */
  static final class Progress {
    private final long filled;
    private boolean isBegun;
    private volatile Meter current;
    private final LongAdder handled = new LongAdder();

    Progress(Broker broker, Meter first) {
      filled = broker.filled();
      current = first;
    }

    void begin(Peer peer, Meter meter) throws Exception {
      current = meter;
      if (!isBegun) {
        isBegun = true;
        peer.consume(order -> handle());
      }
    }

    void serve(Peer peer) throws Exception {
      if (!isBegun) {
        isBegun = true;
        peer.serve();
      }
    }

    boolean isDry() {
      return handled.sum() >= filled;
    }

    private void handle() {
      handled.increment();
      current.done();
    }
  }
}
