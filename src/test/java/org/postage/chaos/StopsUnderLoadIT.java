package org.postage.chaos;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.transport.Delivery;

/** G9: senders and handlers are stopped and started anew in the middle of their work. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class StopsUnderLoadIT {
  private static final Size SIZE =
      Size.of(
          new Size(6_000, 3, Duration.ofMillis(800)), new Size(200_000, 20, Duration.ofSeconds(2)));
  private static final Duration CLOSE_LIMIT = Size.limit(Duration.ofSeconds(10));
  private static final int SLOW_EVERY = 1_000;
  private static final long SLOW_NANOS = 400_000_000;

  /** Handles, now and then slowly, and counts what it began and what it ended. */
  private static final class Counting {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
    private final Ledger ledger;

    Counting(Ledger ledger) {
      this.ledger = ledger;
    }

    @MessageHandler("number")
    void number(int number, Delivery delivery) {
      begun.incrementAndGet();
      Receiver.work(number % SLOW_EVERY == 0 ? SLOW_NANOS : 0);
      if (Thread.currentThread().isInterrupted()) {
        interrupted.incrementAndGet();
      }
      ledger.received(number, delivery.isRedelivered());
      ended.incrementAndGet();
    }
  }

  @Test
  void nothingIsLostAndNoHandlerIsCutOffByAStopUnderLoad() {
    Chaos.play("G9", "stops and starts under load", SIZE, StopsUnderLoadIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    // Senders go on while they are stopped: there will be more than the size says.
    Ledger ledger =
        new Ledger(stage.timeLine(), 4 * stage.size().messages(), Stage.PATIENCE_MILLIS, 1);
    int threads = Leaks.threads().size();
    for (int round = 1; round <= stage.size().faults(); round++) {
      Counting counting = new Counting(ledger);
      Postage receiving = stage.direct().connect();
      receiving.processor(stage.binding()).handlers(counting).concurrency(4).prefetch(100).start();
      Postage sending = stage.direct().connect();
      stage.watch(sending);
      Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());

      Senders senders = Senders.start(ledger, client::message_number, 2, stage.size().perSecond());
      boolean ignored = senders.await(stage.size().interval());
      // One of the two, at random, goes first; senders go on until they are told.
      if (stage.random().nextBoolean()) {
        close(stage, sending, report, "sender");
        close(stage, receiving, report, "receiver");
      } else {
        close(stage, receiving, report, "receiver");
        close(stage, sending, report, "sender");
      }
      senders.stop();
      report.complainUnless(
          senders.await(Size.limit(Duration.ofSeconds(5))), "senders did not end");
      report.must("handlers cut off", counting.begun.get() - counting.ended.get());
      report.must("handlers interrupted", counting.interrupted.get());
      report.must(
          "threads left",
          Stage.within(Size.limit(Duration.ofSeconds(10)), () -> Leaks.threads().size() <= threads)
              ? 0
              : 1);
      stage.timeLine().note("round " + round);
    }
    report.faults(stage.size().faults());
    report.note(
        "stopped within "
            + report.figure("longest stop of a sender")
            + " (sender) and "
            + report.figure("longest stop of a receiver")
            + " ms (receiver)");

    Postage last = stage.with(stage.direct().connect());
    last.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(250).start();
    stage.finish(ledger, last, report);
  }

  private static void close(Stage stage, Postage postage, Report report, String who) {
    int start = stage.timeLine().now();
    postage.close();
    report.atMost(
        "longest stop of a " + who,
        stage.timeLine().now() - start,
        Math.toIntExact(CLOSE_LIMIT.toMillis()));
  }
}
