package org.postage.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What is done with a peer, the same for all. */
enum Scenario {
  /** Sends as fast as it can until the time is over, and waits until the broker has it all. */
  PUBLISH("publish", 20_000) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      while (meter.goesOn()) {
        for (int sent = peer.send(Order.SAMPLE); sent > 0; sent--) {
          meter.done();
        }
      }
      peer.flush();
    }
  },
  /** Handles what lies in the queue. */
  CONSUME("consume", 20_000) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      run.consume(peer, meter);
      while (meter.goesOn() && !run.isDry()) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
  },
  /** Sends until the time is over, handles it meanwhile, and ends when all is handled. */
  PUBLISH_AND_CONSUME("publish and consume at once", 20_000) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      run.consume(peer, meter);
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
  CALL("one call at a time", 2_000) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      run.serve(peer);
      call(peer, meter);
    }
  },
  /** 64 calls at a time, as futures. */
  CALLS("64 callers", 10_000) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      run.serve(peer);
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
  CALLERS("64 callers", 10_000) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      run.serve(peer);
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
    void work(Peer peer, Meter meter, Run run) throws Exception {
      long before = heap();
      List<CompletableFuture<Order>> calls = new ArrayList<>(OUTSTANDING_CALLS);
      for (int i = 0; i < OUTSTANDING_CALLS; i++) {
        calls.add(peer.callAsync(Order.SAMPLE));
      }
      meter.figure(Results.HEAP, (heap() - before) / (double) OUTSTANDING_CALLS);
      run.serve(peer);
      int failed = 0;
      for (CompletableFuture<Order> each : calls) {
        try {
          each.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
          meter.done();
        } catch (ExecutionException e) {
          failed++;
        }
      }
      meter.figure(Results.FAILED, failed);
    }
  },
  /** Connects anew and sends one message; over when the broker has it. */
  START("start: connect and send, in a warm JVM", 10) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      while (meter.goesOn()) {
        long start = System.nanoTime();
        try (Peer another = run.connect()) {
          another.send(Order.SAMPLE);
          another.flush();
          meter.took(System.nanoTime() - start);
          meter.done();
        }
      }
    }
  },
  /** Compiles producer interfaces that nobody has seen before. */
  PRODUCER("start: a producer interface of 100 methods", 10) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      while (meter.goesOn()) {
        Class<?> type = ManyMethods.newInterface(PRODUCER_METHODS);
        long start = System.nanoTime();
        peer.producer(type);
        meter.took(System.nanoTime() - start);
        meter.done();
      }
    }
  },
  /** Starts a JVM, until its first message has been handled. */
  COLD("start: a cold JVM, to the first message handled", 1) {
    @Override
    void work(Peer peer, Meter meter, Run run) throws Exception {
      while (meter.goesOn()) {
        long start = System.nanoTime();
        run.receive();
        meter.took(System.nanoTime() - start);
        meter.done();
      }
    }
  };

  private static final int THREADS = 64;
  private static final int OUTSTANDING_CALLS = 10_000;
  private static final int PRODUCER_METHODS = 100;
  // What a fast consumer handles in a second, and some.
  private static final int FILL_A_SECOND = 60_000;
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

  /** How much is to be done before a measurement, at least; 0 where none is to be warm. */
  int warmUp() {
    return warmUp;
  }

  /** When the last piece of a warm-up begins that is to take so long. */
  Duration latest(Duration warmUp) {
    return warmUp.multipliedBy(this == CONSUME ? 2 : 3);
  }

  /** How many messages have to lie in the queue. */
  int filled(Duration warmUp, Duration time) {
    return switch (this) {
      case CONSUME ->
          (int)
              (FILL_A_SECOND
                  * latest(warmUp).plus(warmUp.dividedBy(2)).plus(time).toMillis()
                  / 1000);
      case COLD -> FILL_A_SECOND;
      default -> 0;
    };
  }

  /** Has all begin with an empty queue, where the warm-up filled it. */
  void warmedUp(Broker broker) throws Exception {
    if (this == PUBLISH) {
      broker.purge();
    }
  }

  /** Works until the meter says that it is enough, and returns when all that was begun is done. */
  abstract void work(Peer peer, Meter meter, Run run) throws Exception;

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
}
