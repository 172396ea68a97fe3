package org.postage.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.handler.RpcHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.transport.TransportException;

/** G6: the broker, or the way to it, stands still with every connection open. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class FrozenBrokerIT {
  private static final Size SIZE =
      Size.of(
          new Size(3_000, 1, Duration.ofSeconds(5)), new Size(40_000, 4, Duration.ofSeconds(12)));
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration RECONNECT =
      Size.limit(HEARTBEAT.multipliedBy(5).dividedBy(2).plusSeconds(5));
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Size.limit(Duration.ofSeconds(10));

  private interface Caller {
    int rpc_same(int number, SendOption... options);
  }

  private static final class Answerer {
    @RpcHandler("same")
    int same(int number) {
      return number;
    }
  }

  @Test
  void everyUseEndsInTimeWhileTheBrokerStandsStillAndAllComesBackAfterwards() {
    Chaos.play("G6", "frozen: SIGSTOP, up, down, both", SIZE, FrozenBrokerIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    Ledger ledger = stage.ledger();
    FaultyProxy proxy = stage.proxy();
    Postage receiving = stage.with(stage.through(proxy).connect());
    receiving
        .processor(stage.binding())
        .handlers(new Receiver(ledger), new Answerer())
        .prefetch(50)
        .start();
    Postage sending = stage.with(stage.through(proxy).connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Caller caller = sending.producer(Caller.class, stage.destination());

    Senders senders = Senders.start(ledger, client::message_number, 2, stage.size().perSecond());
    for (int i = 0; i < stage.size().faults(); i++) {
      boolean ignored = senders.await(Duration.ofSeconds(1));
      Postage closed = stage.through(proxy).connect();
      closed.processor(stage.binding()).handlers(new Receiver(ledger)).start();
      Runnable uses = () -> uses(stage, sending, caller, closed, report);
      Duration time = stage.size().interval();
      switch (i % 4) {
        case 0 -> stage.faults().freezeBroker(time, uses);
        case 1 -> stage.faults().freezeLinks(proxy, true, false, time, uses);
        case 2 -> stage.faults().freezeLinks(proxy, false, true, time, uses);
        default -> stage.faults().freezeLinks(proxy, true, true, time, uses);
      }
      int healed = stage.timeLine().now();
      report.complainUnless(
          Stage.within(RECONNECT, () -> sending.isReady() && receiving.isReady()),
          "not ready within " + RECONNECT + " after " + (i + 1) + " freezes");
      report.figure("longest way back", stage.timeLine().now() - healed);
      report.complainUnless(
          caller.rpc_same(i, SendOption.timeout(Size.limit(Duration.ofSeconds(5)))) == i,
          "wrong answer");
    }

    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(ledger, receiving, report);
    report.note("back within " + report.figure("longest way back") + " ms");
  }

  private static void uses(
      Stage stage, Postage sending, Caller caller, Postage closed, Report report) {
    List<CompletableFuture<Void>> uses = new ArrayList<>();
    int retries = 1;
    Duration callLimit = Size.limit(TIMEOUT.multipliedBy(1 + retries).plusSeconds(1));
    for (int i = 0; i < 4; i++) {
      int number = i;
      uses.add(
          timed(
              stage,
              report,
              "request",
              callLimit,
              () ->
                  caller.rpc_same(
                      number, SendOption.timeout(TIMEOUT), SendOption.maxRetry(retries))));
    }
    uses.add(
        timed(
            stage,
            report,
            "flush",
            Size.limit(TIMEOUT.plusSeconds(1)),
            () -> sending.flush(TIMEOUT)));
    uses.add(timed(stage, report, "isReady", Size.limit(TIMEOUT), sending::isReady));
    uses.add(timed(stage, report, "close", CLOSE_LIMIT, closed::close));
    try {
      CompletableFuture.allOf(uses.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      report.complainUnless(false, "a use of the library hung, or failed oddly: " + e);
    }
  }

  private static CompletableFuture<Void> timed(
      Stage stage, Report report, String what, Duration limit, Runnable use) {
    int start = stage.timeLine().now();
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                use.run();
              } catch (TransportException expected) {
                // Told in time is all that is asked.
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
              int took = stage.timeLine().now() - start;
              synchronized (report) {
                report.atMost("longest " + what, took, Math.toIntExact(limit.toMillis()));
              }
              done.complete(null);
            },
            "chaos-use-" + what);
    thread.setDaemon(true);
    thread.start();
    return done;
  }
}
