package org.postage.chaos;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postage.transport.NackedException;
import org.postage.transport.NotSentException;
import org.postage.transport.UnroutableException;

/**
 * The book of one scenario: what was sent under which number, what its sender was told, and what
 * arrived. Its {@link #check} says what does not add up. Thread-safe; 16 bytes for a message.
 */
final class Ledger {
  /** What a sender knows of a message. */
  enum Fate {
    NOT_ATTEMPTED,
    UNDERWAY,
    CONFIRMED,
    RETURNED,
    NACKED,
    UNKNOWN,
    NOT_SENT
  }

  // Receipts of one message in one number: first deliveries, redeliveries, parkings.
  private static final int REDELIVERED = 1 << 12;
  private static final int PARKED = 1 << 24;
  private static final int MASK = REDELIVERED - 1;

  private final int limitMillis;
  private final int copies;
  private final TimeLine timeLine;
  private final AtomicReferenceArray<@Nullable Fate> fates;
  private final AtomicIntegerArray attemptedAt;
  private final AtomicIntegerArray settledAt;
  private final AtomicIntegerArray receipts;
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicInteger settled = new AtomicInteger();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger unexpected = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();
  private final AtomicInteger longestCall = new AtomicInteger();
  private final Rhythm confirms = new Rhythm();
  private final Rhythm arrivals = new Rhythm();
  private final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();

  /**
   * An empty book.
   *
   * @param messages how many there will be at most
   * @param limitMillis after how long a sender has to know what became of a message
   * @param copies how often each may be sent without any fault: a call as often as it is tried
   */
  Ledger(TimeLine timeLine, int messages, int limitMillis, int copies) {
    this.copies = copies;
    this.timeLine = timeLine;
    this.limitMillis = limitMillis;
    fates = new AtomicReferenceArray<>(messages);
    attemptedAt = new AtomicIntegerArray(messages);
    settledAt = new AtomicIntegerArray(messages);
    receipts = new AtomicIntegerArray(messages);
  }

  /** The number of a message that is to be sent now, or -1 when all were. */
  int attempt() {
    int number = attempts.getAndUpdate(n -> n < fates.length() ? n + 1 : n);
    if (number >= fates.length()) {
      return -1;
    }
    attemptedAt.set(number, timeLine.now());
    fates.set(number, Fate.UNDERWAY);
    return number;
  }

  /** The sender was told: null for success, otherwise what it got instead. */
  void settled(int number, @Nullable Throwable failure) {
    int now = timeLine.now();
    settledAt.set(number, now);
    Fate fate = fateOf(failure);
    fates.set(number, fate);
    settled.incrementAndGet();
    if (failure == null) {
      confirms.beat(now);
    } else {
      failures
          .computeIfAbsent(unwrapped(failure).getClass().getSimpleName(), k -> new AtomicInteger())
          .incrementAndGet();
    }
  }

  /** Somebody was given the message. */
  void received(long number, boolean isRedelivered) {
    receipt(number, isRedelivered ? REDELIVERED : 1);
  }

  /** The message was found where those are put that could not be handled. */
  void parked(long number) {
    receipt(number, PARKED);
  }

  /** An answer that belongs to another call. */
  void wrongAnswer() {
    wrong.incrementAndGet();
  }

  /** How long the sender's thread was kept by one call. */
  void call(long nanos) {
    longestCall.accumulateAndGet(Math.toIntExact(nanos / 1_000_000), Math::max);
  }

  private void receipt(long number, int kind) {
    if (number < 0 || number >= fates.length() || fate((int) number) == Fate.NOT_ATTEMPTED) {
      unexpected.incrementAndGet();
      return;
    }
    if (receipts.getAndAdd((int) number, kind) == 0) {
      arrived.incrementAndGet();
    }
    arrivals.beat(timeLine.now());
  }

  Fate fate(int number) {
    Fate fate = fates.get(number);
    return fate == null ? Fate.NOT_ATTEMPTED : fate;
  }

  int attempts() {
    return attempts.get();
  }

  /** How many different messages arrived somewhere. */
  int arrived() {
    return arrived.get();
  }

  boolean isEverythingSettled() {
    return settled.get() == attempts.get();
  }

  /** Whether everything that was confirmed has arrived. */
  boolean isEverythingThere() {
    if (arrived.get() < settled.get() && failures.isEmpty()) {
      return false;
    }
    return isEverythingSettled() && lost() == 0;
  }

  int longestCallMillis() {
    return longestCall.get();
  }

  /** How many senders were told what: by the failure's name. */
  Map<String, Integer> failures() {
    Map<String, Integer> counts = new TreeMap<>();
    failures.forEach((name, count) -> counts.put(name, count.get()));
    return counts;
  }

  int deliveries(int number) {
    int all = receipts.get(number);
    return (all & MASK) + (all / REDELIVERED & MASK);
  }

  int parkings(int number) {
    return receipts.get(number) / PARKED;
  }

  /** How many arrived between two moments, in milliseconds of the time line. */
  int arrivedWithin(int from, int to) {
    return arrivals.within(from, to);
  }

  /** How many were confirmed between two moments, in milliseconds of the time line. */
  int confirmedWithin(int from, int to) {
    return confirms.within(from, to);
  }

  /** The longest time in milliseconds in which nothing arrived. */
  int longestPauseOfDeliveries() {
    return arrivals.longestPause();
  }

  /** How many of those that were sent between two moments met this fate. */
  int count(Fate fate, int from, int to) {
    int count = 0;
    for (int n = 0; n < attempts.get(); n++) {
      count += fate(n) == fate && attemptedAt.get(n) >= from && attemptedAt.get(n) < to ? 1 : 0;
    }
    return count;
  }

  /** Confirmed and nowhere. */
  int lost() {
    int lost = 0;
    for (int n = 0; n < attempts.get(); n++) {
      if (fate(n) == Fate.CONFIRMED && receipts.get(n) == 0) {
        lost++;
      }
    }
    return lost;
  }

  /** Writes what does not add up into the report, now that all faults are over and all is quiet. */
  void check(Report report) {
    int phantoms = 0;
    int duplicates = 0;
    int again = 0;
    int unexplained = 0;
    int hung = 0;
    for (int n = 0; n < attempts.get(); n++) {
      Fate fate = fate(n);
      boolean isUnderway = fate == Fate.UNDERWAY;
      if (isUnderway || settledAt.get(n) - attemptedAt.get(n) > limitMillis) {
        hung++;
      }
      int first = receipts.get(n) & MASK;
      duplicates += Math.max(0, deliveries(n) - 1);
      if ((fate == Fate.NOT_SENT || fate == Fate.RETURNED) && receipts.get(n) != 0) {
        phantoms++;
      }
      if (first > copies) {
        // And one more for each time that it may have been sent again before the answer came.
        int end = isUnderway ? timeLine.now() : settledAt.get(n);
        again += first - copies;
        unexplained += Math.max(0, first - copies - timeLine.copiesWithin(attemptedAt.get(n), end));
      }
    }
    // Not more, all in all, than were sent again.
    unexplained = Math.toIntExact(Math.max(unexplained, again - timeLine.resent()));
    report.attempted(attempts.get());
    report.verdict("lost", lost());
    report.verdict("unexpected", unexpected.get());
    report.verdict("phantoms", phantoms);
    report.verdict("unexplained duplicates", unexplained);
    report.verdict("hung", hung);
    report.verdict("wrong answers", wrong.get());
    report.figure("duplicates", duplicates);
    report.figure("longest stall", confirms.longestPause());
    report.figure("longest pause of deliveries", arrivals.longestPause());
    report.figure("longest call", longestCall.get());
    recoveryMillis().ifPresent(millis -> report.figure("recovery", millis));
    report.note(failures().isEmpty() ? "" : "senders were told " + failures());
  }

  /**
   * The longest time from the end of a fault until something was confirmed or arrived again; empty
   * if nothing did after any.
   */
  OptionalInt recoveryMillis() {
    return timeLine.healings().stream()
        .flatMapToInt(
            healed ->
                Stream.of(confirms, arrivals)
                    .flatMapToInt(rhythm -> rhythm.next(healed).stream())
                    .map(next -> next - healed))
        .max();
  }

  /** Whether something was sent after a fault was over, and after that nothing moved at all. */
  boolean isStill() {
    return timeLine.healings().stream()
        .anyMatch(
            healed ->
                confirms.next(healed).isEmpty()
                    && arrivals.next(healed).isEmpty()
                    && attempts.get() > 0
                    && attemptedAt.get(attempts.get() - 1) > healed);
  }

  /**
   * Whether as much as half of what arrived in the best second before the first fault arrives in
   * one within 30 s after the last. For scenarios that send as fast as they can, and have sent for
   * a second before the first fault: otherwise it is false.
   */
  boolean isAsFastAsBefore() {
    int lastHealing = timeLine.healings().stream().mapToInt(at -> at).max().orElse(0);
    int before = arrivals.bestSecond(0, timeLine.firstFault() - 1_000);
    int after = arrivals.bestSecond(lastHealing, lastHealing + 30_000);
    return before > 0 && 2 * after >= before;
  }

  private static Fate fateOf(@Nullable Throwable failure) {
    if (failure == null) {
      return Fate.CONFIRMED;
    }
    Throwable known = unwrapped(failure);
    if (known instanceof UnroutableException) {
      return Fate.RETURNED;
    } else if (known instanceof NackedException) {
      return Fate.NACKED;
    } else if (known instanceof NotSentException || known instanceof IllegalStateException) {
      // The latter is what is said by something that is closed.
      return Fate.NOT_SENT;
    }
    return Fate.UNKNOWN;
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
