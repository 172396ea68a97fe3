package org.postage.chaos;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.handler.RpcHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.transport.Delivery;

/**
 * G2 and G4: connections are reset, closed, frozen and left half-open while messages, or requests
 * and their replies, are on their way.
 */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class LinkCutsIT {
  private static final Size MESSAGES =
      Size.of(
          new Size(6_000, 4, Duration.ofSeconds(1)), new Size(150_000, 30, Duration.ofSeconds(2)));
  private static final Size CALLS =
      Size.of(
          new Size(1_000, 4, Duration.ofSeconds(1)), new Size(20_000, 20, Duration.ofSeconds(2)));
  private static final int PRODUCERS = 8;
  private static final int CONSUMERS = 4;
  private static final int CALLERS = 32;

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int RETRIES = 2;
  private static final int CALL_LIMIT_MILLIS = Size.limit(7_000);
  private static final int BLOCKED_LIMIT_MILLIS = Size.limit(5_000);

  /** Asks for the number that it gives. */
  private interface Caller {
    int rpc_same(int number, SendOption... options);
  }

  /** Answers, and notes that it did. */
  private record Answerer(Ledger ledger) {
    @RpcHandler("same")
    int same(int number, Delivery delivery) {
      ledger.received(number, delivery.isRedelivered());
      return number;
    }
  }

  @Test
  void nothingConfirmedIsLostAndNobodyIsBlockedForLongWhenLinksAreCut() {
    Chaos.play("G2", "links cut: reset, FIN, half-open, frozen", MESSAGES, LinkCutsIT::messages);
  }

  @Test
  void everyCallEndsInTimeAndGetsNoAnswerButItsOwn() {
    Chaos.play("G4", "calls: links cut, alarm, freeze", CALLS, LinkCutsIT::calls);
  }

  private static void messages(Stage stage, Report report) throws Exception {
    Ledger ledger = stage.ledger();
    FaultyProxy proxy = stage.proxy();
    Postage receiving = stage.with(stage.through(proxy).connect());
    for (int i = 0; i < CONSUMERS; i++) {
      receiving.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(50).start();
    }
    Postage sending = stage.with(stage.through(proxy).connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());

    Senders senders =
        Senders.start(ledger, client::message_number, PRODUCERS, stage.size().perSecond());
    for (int i = 0; i < stage.size().faults() && !senders.await(pause(stage)); i++) {
      cutLinks(stage, proxy);
    }

    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(ledger, receiving, report);
    report.atMost("longest call", ledger.longestCallMillis(), BLOCKED_LIMIT_MILLIS);
  }

  private static void calls(Stage stage, Report report) throws Exception {
    Ledger ledger =
        new Ledger(stage.timeLine(), stage.size().messages(), CALL_LIMIT_MILLIS, 1 + RETRIES);
    FaultyProxy proxy = stage.proxy();
    Postage answering = stage.with(stage.direct().heartbeat(Duration.ofSeconds(1)).connect());
    answering
        .processor(stage.binding())
        .handlers(new Answerer(ledger))
        .concurrency(CONSUMERS)
        .start();
    Postage asking = stage.with(stage.through(proxy).connect());
    Caller caller = asking.producer(Caller.class, stage.destination());

    Senders callers =
        Senders.start(
            ledger,
            number -> {
              int answer =
                  caller.rpc_same(
                      number, SendOption.timeout(TIMEOUT), SendOption.maxRetry(RETRIES));
              if (answer != number) {
                ledger.wrongAnswer();
              }
              return CompletableFuture.completedFuture(null);
            },
            CALLERS,
            stage.size().perSecond());
    int faults = stage.size().faults();
    for (int i = 0; i < faults && !callers.await(pause(stage)); i++) {
      if (i == faults / 3) {
        stage.faults().alarm(stage.size().interval(), () -> {});
      } else if (i == 2 * faults / 3) {
        stage.faults().freezeBroker(stage.size().interval().multipliedBy(2), () -> {});
      } else {
        cutLinks(stage, proxy);
      }
    }

    report.complainUnless(callers.await(Size.limit(Duration.ofSeconds(60))), "callers did not end");
    stage.finish(ledger, answering, report);
  }

  private static Duration pause(Stage stage) {
    long millis = stage.size().interval().toMillis();
    return Duration.ofMillis(millis / 2 + stage.random().nextLong(millis));
  }

  private static void cutLinks(Stage stage, FaultyProxy proxy) {
    switch (stage.random().nextInt(6)) {
      case 0 -> stage.faults().cut("FIN", proxy::closeConnections);
      case 1 -> stage.faults().cut("half-open", proxy::halfOpen);
      case 2 -> {
        proxy.slice(true);
        Stage.pass(Duration.ofMillis(200));
        stage.faults().cut("reset of links that pass single bytes", proxy::reset);
        proxy.slice(false);
      }
      case 3 -> {
        boolean up = stage.random().nextBoolean();
        stage.faults().freezeLinks(proxy, up, !up, Duration.ofSeconds(1), () -> {});
      }
      default -> stage.faults().cut("reset", proxy::reset);
    }
  }
}
