package org.postage.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.ParkedMessage;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.pipeline.RetryPolicy;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;

/** G11: some messages fail a few times, and a few for ever. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class RetriesIT {
  private static final Size SIZE =
      Size.of(new Size(300, 3, Duration.ofSeconds(1)), new Size(1_000, 10, Duration.ofSeconds(1)));
  private static final int ATTEMPTS = 4;
  private static final List<Integer> PAUSES = List.of(200, 400, 800);
  private static final int LATE_MILLIS = Size.limit(300);
  private static final int EARLY_MILLIS = 20;

  /** Sends what is to be delivered later. */
  private interface Delayed {
    CompletableFuture<Void> message_number(int number, SendOption... options);
  }

  /** Fails as often as a message is meant to, and notes when it was called. */
  private static final class Failing {
    final Map<Integer, List<Integer>> attempts = new ConcurrentHashMap<>();
    final AtomicInteger disordered = new AtomicInteger();
    private final Ledger ledger;
    private final TimeLine timeLine;
    private int last = -1;

    Failing(Ledger ledger, TimeLine timeLine) {
      this.ledger = ledger;
      this.timeLine = timeLine;
    }

    @MessageHandler("number")
    void number(int number) {
      List<Integer> times = attempts.computeIfAbsent(number, key -> new CopyOnWriteArrayList<>());
      times.add(timeLine.now());
      if (times.size() <= failures(number)) {
        throw new IllegalStateException("attempt " + times.size() + " of " + number);
      }
      if (failures(number) == 0) {
        // The first was sent to come later.
        disordered.addAndGet(number < last && number > 0 ? 1 : 0);
        last = Math.max(last, number);
      }
      ledger.received(number, false);
    }
  }

  /** How often a message fails: one of a hundred always, five of a hundred twice. */
  private static int failures(int number) {
    if (number % 100 == 7) {
      return Integer.MAX_VALUE;
    }
    return number % 20 == 3 ? 2 : 0;
  }

  @Test
  void failedMessagesAreTriedAgainInTimeAndParkedInTheEndAndTheOthersKeepTheirOrder() {
    Chaos.play("G11", "retry and parking", SIZE, RetriesIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    Ledger ledger = stage.ledger();
    Failing failing = new Failing(ledger, stage.timeLine());
    Postage receiving = stage.with(stage.direct().connect());
    stage.with(new Silence());
    receiving
        .processor(stage.binding())
        .handlers(failing)
        .retry(
            RetryPolicy.attempts(ATTEMPTS)
                .exponential(millis(PAUSES.get(0)), millis(PAUSES.get(2)))
                .jitter(0))
        .prefetch(50)
        .start();
    Postage sending = stage.with(stage.direct().connect());
    Delayed delayed = sending.producer(Delayed.class, stage.destination());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    // The first that waits has the queues declared in which all wait.
    int first = ledger.attempt();
    delayed
        .message_number(first, SendOption.sendLater(millis(PAUSES.get(0))))
        .whenComplete((v, failure) -> ledger.settled(first, failure))
        .join();

    Senders senders = Senders.start(ledger, client::message_number, 1, stage.size().perSecond());

    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    boolean isParked =
        Stage.within(
            Size.limit(Duration.ofSeconds(20)),
            () -> receiving.parked(stage.queue().name()).list(1_000).size() == forEver(ledger));
    report.complainUnless(isParked, "not exactly those are parked that always fail");
    for (ParkedMessage parked : receiving.parked(stage.queue().name()).list(1_000)) {
      int number = Stage.number(parked.raw().body());
      ledger.parked(number);
      report.complainUnless(
          failures(number) == Integer.MAX_VALUE
              && parked.reason().equals("failed")
              && parked.attempts() == ATTEMPTS,
          number + " is parked: " + parked.reason() + " after " + parked.attempts());
    }
    stage.finish(ledger, receiving, report);
    check(failing, ledger, report);
    report.faults(forEver(ledger));
    report.must(
        "parked messages left", receiving.parked(stage.queue().name()).dropAll() - forEver(ledger));
    stage.delete(stage.queue().name() + ".parked");
  }

  private static Duration millis(int millis) {
    return Duration.ofMillis(millis);
  }

  private static int forEver(Ledger ledger) {
    int count = 0;
    for (int number = 0; number < ledger.attempts(); number++) {
      count += failures(number) == Integer.MAX_VALUE ? 1 : 0;
    }
    return count;
  }

  private static void check(Failing failing, Ledger ledger, Report report) {
    int wrongCounts = 0;
    int early = 0;
    List<Integer> late = new ArrayList<>(List.of(0));
    for (int number = 0; number < ledger.attempts(); number++) {
      List<Integer> times = failing.attempts.getOrDefault(number, List.of());
      wrongCounts += times.size() == Math.min(ATTEMPTS, 1L + failures(number)) ? 0 : 1;
      for (int i = 1; i < Math.min(ATTEMPTS, times.size()); i++) {
        int after = times.get(i) - times.get(i - 1) - PAUSES.get(i - 1);
        early += after < -EARLY_MILLIS ? 1 : 0;
        late.add(after);
      }
    }
    report.must("messages with another number of attempts", wrongCounts);
    report.must("messages released early", early);
    report.must("others out of order", failing.disordered.get());
    int latest = late.stream().mapToInt(at -> at).max().orElse(0);
    report.atMost("longest after a pause", latest, LATE_MILLIS);
    long over = late.stream().filter(at -> at > 300).count();
    report.note(
        "released at most " + latest + " ms after the pause, " + over + " more than 300 ms");
  }
}
