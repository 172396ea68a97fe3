package org.postage.bench;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.postage.Postage;
import org.postage.encoding.Encoder;

/** Messages that are published and handled at once, so many outstanding. */
final class Flow implements AutoCloseable {
  /** Published and not handled yet, at most, unless it is said otherwise. */
  static final int OUTSTANDING = 2_000;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 10;

  private final Broker broker;
  private final Deque<Postage> open = new ArrayDeque<>();
  private int threads = 1;
  private Semaphore free = new Semaphore(OUTSTANDING);
  private IntConsumer sender = i -> {};
  private volatile @Nullable Meter current;

  Flow(Broker broker) {
    this.broker = broker;
  }

  Postage connect() {
    return opened(Ours.builder(broker));
  }

  Postage connect(Encoder encoder) {
    return opened(Ours.builder(broker).encoders(encoder));
  }

  private Postage opened(Postage.Builder builder) {
    Postage postage = builder.connect();
    open.push(postage);
    return postage;
  }

  void outstanding(int messages) {
    free = new Semaphore(messages);
  }

  void threads(int number) {
    threads = number;
  }

  /** Sends the message of this number. */
  void sender(IntConsumer value) {
    sender = value;
  }

  /** One was handled, and this was in it. */
  void handled(Order order) {
    requireNonNull(order, "order");
    free.release();
    Meter meter = current;
    if (meter != null) {
      meter.done();
    }
  }

  /** Sends until it is enough, and returns when all is handled. */
  void run(Meter meter) throws Exception {
    current = meter;
    AtomicInteger sent = new AtomicInteger();
    List<CompletableFuture<Void>> senders = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      senders.add(end);
      Thread thread = new Thread(() -> send(meter, sent, end), "sender-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    for (CompletableFuture<Void> each : senders) {
      each.get();
    }
    long limit = System.nanoTime() + PATIENCE.toNanos();
    while (meter.count() < sent.get()) {
      TimeUnit.MICROSECONDS.sleep(200);
      if (System.nanoTime() > limit) {
        throw new TimeoutException(meter.count() + " of " + sent + " messages were handled");
      }
    }
  }

  private void send(Meter meter, AtomicInteger sent, CompletableFuture<Void> end) {
    try {
      while (meter.goesOn()) {
        if (free.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          long start = System.nanoTime();
          sender.accept(sent.getAndIncrement());
          meter.took(System.nanoTime() - start);
        }
      }
      end.complete(null);
    } catch (InterruptedException | RuntimeException e) {
      end.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    open.forEach(Postage::close);
  }
}
