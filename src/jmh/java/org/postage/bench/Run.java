package org.postage.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One contestant at work: what goes on from its warm-up to its measurement. */
final class Run {
  private final Contestant contestant;
  private final Broker broker;
  private final LongAdder handled = new LongAdder();
  private boolean isBegun;
  private volatile @Nullable Meter current;

  Run(Contestant contestant, Broker broker) {
    this.contestant = contestant;
    this.broker = broker;
  }

  /** Has what is handled counted by this meter from now on. */
  void consume(Peer peer, Meter meter) throws Exception {
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

  /** Whether there is nothing left in the queue. */
  boolean isDry() {
    return handled.sum() >= broker.filled();
  }

  /** The same peer once more. */
  Peer connect() throws Exception {
    return contestant.peer().connect(broker);
  }

  /** Runs a JVM that ends with its first message. */
  void receive() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Child.jvm(Receiver.class));
    command.addAll(Child.arguments(contestant, broker));
    Process receiver = new ProcessBuilder(command).inheritIO().start();
    if (!receiver.waitFor(1, TimeUnit.MINUTES) || receiver.exitValue() != 0) {
      receiver.destroyForcibly();
      throw new IllegalStateException("a receiver has not ended well");
    }
  }

  private void handle() {
    handled.increment();
    Meter meter = current;
    if (meter != null) {
      meter.done();
    }
  }
}
