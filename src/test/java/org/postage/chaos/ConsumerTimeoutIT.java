package org.postage.chaos;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.handler.Idempotent;
import org.postage.handler.MessageHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.transport.Delivery;

/**
 * N7: handlers take longer than the broker waits for an acknowledgement, so that it closes their
 * channel and brings the message again.
 */
@Tag(RabbitMq.ONLY)
@Tag(Chaos.CLUSTER)
@Timeout(600)
class ConsumerTimeoutIT {
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(8);
  private static final int PER_SECOND = 50;
  private static final int EVERY = 1_000;
  private static final int SLOW = 2;
  // Early and far apart: all is over before the next is disturbed, and before the others end.
  private static final int FIRST = 50;
  private static final int PAUSE_MILLIS = 4_000;
  private static final Size SIZE = new Size(1_800, SLOW, Duration.ofSeconds(10));
  // The test's own: what the broker's defaults are is of no interest, only that it has them again.
  private static final String SHORT =
      "application:set_env(rabbit, consumer_timeout, 5000),"
          + " application:set_env(rabbit, channel_tick_interval, 1000).";
  private static final String DEFAULT =
      "application:set_env(rabbit, consumer_timeout, 1800000),"
          + " application:set_env(rabbit, channel_tick_interval, 60000).";

  /** Handles some messages slowly. */
  private static class Slow {
    private final Map<Integer, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final Ledger ledger;

    Slow(Ledger ledger) {
      this.ledger = ledger;
    }

    void handle(int number, Delivery delivery) {
      if (number % EVERY == FIRST) {
        runs.computeIfAbsent(number, key -> new AtomicInteger()).incrementAndGet();
        Receiver.work(SLOW_NANOS);
      }
      ledger.received(number, delivery.isRedelivered());
    }

    int mostRuns() {
      return runs.values().stream().mapToInt(AtomicInteger::get).max().orElse(0);
    }
  }

  private static final class Plain extends Slow {
    Plain(Ledger ledger) {
      super(ledger);
    }

    @MessageHandler("number")
    void number(int number, Delivery delivery) {
      handle(number, delivery);
    }
  }

  private static final class Once extends Slow {
    Once(Ledger ledger) {
      super(ledger);
    }

    @Idempotent
    @MessageHandler("number")
    void number(int number, Delivery delivery) {
      handle(number, delivery);
    }
  }

  @Test
  void slowMessageThatComesAgainIsNotHandledAgainAndTheOthersGoOn() {
    Chaos.play("N7", "consumer_timeout 5 s, handlers of 8 s", SIZE, ConsumerTimeoutIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    stage.node().ctl("eval", SHORT);
    try {
      report.atMost("most runs, one at a time", play(stage, report, Plain::new, 1), 1);
      // The second delivery comes while the first still runs: only the third finds it done.
      report.atMost("most runs, four at a time", play(stage, report, Plain::new, 4), 2);
      report.atMost("most runs, idempotent", play(stage, report, Once::new, 4), 1);
      report.faults(report.figure("channels timed out"));
    } finally {
      stage.node().ctl("eval", DEFAULT);
    }
  }

  /** How often the message that ran most often ran. */
  private static int play(Stage stage, Report report, Function<Ledger, Slow> made, int concurrency)
      throws Exception {
    Ledger ledger = stage.ledger();
    Slow handler = made.apply(ledger);
    long log = stage.node().logPosition();
    Postage receiving = stage.with(stage.direct().connect());
    receiving
        .processor(stage.binding())
        .handlers(handler)
        .concurrency(concurrency)
        .prefetch(100)
        .start();
    Postage sending = stage.with(stage.direct().connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Senders senders = Senders.start(ledger, client::message_number, 1, PER_SECOND);
    report.complainUnless(senders.await(Duration.ofSeconds(90)), "senders did not end");
    stage.finish(ledger, receiving, report);
    long timeouts =
        stage.node().logSince(log).lines().filter(line -> line.contains("has timed out")).count();
    report.figure("channels timed out", Math.toIntExact(timeouts));
    report.complainUnless(timeouts > 0, "the broker closed no channel (expected: it timed out)");
    int pause = ledger.longestPauseOfDeliveries();
    report.complainUnless(
        concurrency == 1 || pause <= PAUSE_MILLIS, "nothing went on for " + pause + " ms");
    report.note(
        String.format(
            "%s, %d at a time: %d channels timed out, slow messages ran at most %d times, longest pause"
                + " in deliveries %d ms",
            handler.getClass().getSimpleName(), concurrency, timeouts, handler.mostRuns(), pause));
    sending.close();
    receiving.close();
    return handler.mostRuns();
  }
}
