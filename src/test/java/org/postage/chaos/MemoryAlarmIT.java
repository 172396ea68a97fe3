package org.postage.chaos;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.topology.Queue;
import org.postage.transport.BrokerBlockedException;
import org.postage.transport.Delivery;
import org.postage.transport.TransportException;

/** G5: the broker is short of memory and reads from nobody who publishes. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class MemoryAlarmIT {
  private static final Size SIZE =
      Size.of(
          new Size(4_000, 1, Duration.ofSeconds(4)), new Size(40_000, 2, Duration.ofSeconds(15)));
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int CALL_LIMIT_MILLIS = Size.limit(3_000);
  private static final int CALLS_PER_SECOND = 20;
  // So many wait before the alarm, and so many of them are to be handled during it at least.
  private static final int WAITING = 200;
  private static final int HANDLED = 100;
  // Slower than what is sent: there is always something to be handled.
  private static final int WORK_NANOS = 1_200_000;

  /** Waits for an answer, or for the broker to have a message, and not for long. */
  private interface Impatient {
    int rpc_same(int number, SendOption... options);

    CompletableFuture<Void> message_same(int number, SendOption... options);
  }

  /** Answers, and notes that it did. */
  private record Answerer(Ledger ledger) {
    @RpcHandler("same")
    int same(int number, Delivery delivery) {
      ledger.received(number, delivery.isRedelivered());
      return number;
    }

    @MessageHandler("same")
    void noted(int number, Delivery delivery) {
      ledger.received(number, delivery.isRedelivered());
    }
  }

  @Test
  void sendersWaitOrAreToldInTimeAndConsumersGoOnWhileTheBrokerIsShortOfMemory() {
    Chaos.play("G5", "memory alarm", SIZE, MemoryAlarmIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    // All send until it is over: there will be more than the size says.
    int most = 10 * stage.size().messages();
    Ledger patient = new Ledger(stage.timeLine(), most, Stage.PATIENCE_MILLIS, 1);
    Ledger calls = new Ledger(stage.timeLine(), most, CALL_LIMIT_MILLIS, 1);
    Postage component = stage.with(stage.direct().connect());
    component
        .processor(stage.binding())
        .handlers(new Receiver(patient, WORK_NANOS))
        .prefetch(50)
        .start();
    Postage answering = stage.with(stage.direct().connect());
    answering
        .processor(stage.exchange().to(Queue.named("chaos-G5-calls").autoDelete(), "calls"))
        .handlers(new Answerer(calls))
        .start();
    Postage asking = stage.with(stage.direct().connect());
    Senders.Numbers client = component.producer(Senders.Numbers.class, stage.destination());
    Impatient impatient = asking.producer(Impatient.class, stage.exchange().withKey("calls"));

    int perSecond = stage.size().perSecond();
    Map<String, AtomicInteger> told = new ConcurrentHashMap<>();
    Senders senders = Senders.start(patient, client::message_number, 4, perSecond);
    Senders callers =
        Senders.start(calls, number -> send(impatient, number, told), 4, CALLS_PER_SECOND);
    for (int i = 0; i < stage.size().faults(); i++) {
      senders.awaitAttempts(patient.attempts() + 2 * perSecond);
      report.complainUnless(
          Stage.within(Size.limit(Duration.ofSeconds(30)), () -> stage.left() >= WAITING),
          "fewer than " + WAITING + " messages waited before the alarm");
      stage.faults().alarm(stage.size().interval(), () -> goesOn(stage, patient, report));
    }

    senders.awaitAttempts(patient.attempts() + perSecond);
    senders.stop();
    callers.stop();
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    report.complainUnless(callers.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(patient, component, report);
    calls.check(report);
    report.complainUnless(told.size() == 2, "that the broker blocks was told to " + told);
    report.note("that the broker blocks was told in time to " + told);
  }

  // Messages and calls in turn.
  private static CompletableFuture<Void> send(
      Impatient client, int number, Map<String, AtomicInteger> told) {
    if (number % 2 == 0) {
      return client
          .message_same(number, SendOption.timeout(TIMEOUT))
          .whenComplete((v, failure) -> note(told, "messages", failure));
    }
    try {
      int answer = client.rpc_same(number, SendOption.timeout(TIMEOUT), SendOption.maxRetry(0));
      return answer == number
          ? CompletableFuture.completedFuture(null)
          : CompletableFuture.failedFuture(new AssertionError("wrong answer"));
    } catch (TransportException e) {
      note(told, "calls", e);
      throw e;
    }
  }

  private static void note(
      Map<String, AtomicInteger> told, String what, @Nullable Throwable failure) {
    if (failure instanceof BrokerBlockedException) {
      told.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
    }
  }

  // What was in the queue when the alarm came is handled during it.
  private static void goesOn(Stage stage, Ledger ledger, Report report) {
    int from = stage.timeLine().now();
    int waiting = stage.left();
    boolean isDrained = Stage.within(stage.size().interval(), () -> stage.left() == 0);
    int handled = ledger.arrivedWithin(from, stage.timeLine().now());
    report.note(
        waiting
            + " waited as the alarm came, "
            + handled
            + (isDrained ? " were handled during it, so that none waited" : " handled during it"));
    report.complainUnless(
        waiting > 0 && handled >= Math.min(waiting, HANDLED),
        waiting + " waited as the alarm came, and only " + handled + " were handled during it");
  }
}
