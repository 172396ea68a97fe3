package org.postage.pipeline;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whether something that failed is tried again, and after which pause. Immutable and thread-safe.
 *
 * <pre>{@code
 * RetryPolicy.attempts(5).exponential(Duration.ofSeconds(1), Duration.ofMinutes(10)).notOn(IllegalArgumentException.class)
 * }</pre>
 */
public final class RetryPolicy {
  /** The most attempts that a policy can allow. */
  public static final int MAX_ATTEMPTS = 1_000;

  /** How pauses grow. */
  public enum Backoff {
    /** They stay the same. */
    CONSTANT,
    /** Each is longer than the one before by the first. */
    LINEAR,
    /** Each is twice the one before. */
    EXPONENTIAL
  }

  private final int attempts;
  private final Backoff backoff;
  private final Duration first;
  private final Duration max;
  private final double jitter;
  private final boolean isInPlace;
  private final List<Class<? extends Throwable>> on;
  private final List<Class<? extends Throwable>> notOn;

  private RetryPolicy(
      int attempts,
      Backoff backoff,
      Duration first,
      Duration max,
      double jitter,
      boolean isInPlace,
      List<Class<? extends Throwable>> on,
      List<Class<? extends Throwable>> notOn) {
    this.attempts = attempts;
    this.backoff = backoff;
    this.first = first;
    this.max = max;
    this.jitter = jitter;
    this.isInPlace = isInPlace;
    this.on = on;
    this.notOn = notOn;
  }

  /**
   * So many attempts in all, 1 to {@link #MAX_ATTEMPTS}; unless told otherwise after any exception,
   * with pauses of 1, 2, 4 and so on up to 600 seconds, each longer or shorter by up to a tenth.
   */
  public static RetryPolicy attempts(int attempts) {
    if (attempts < 1 || attempts > MAX_ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempts: " + attempts + " (expected: 1 to " + MAX_ATTEMPTS + ")");
    }
    return new RetryPolicy(
        attempts,
        Backoff.EXPONENTIAL,
        Duration.ofSeconds(1),
        Duration.ofMinutes(10),
        0.1,
        false,
        List.of(Exception.class),
        List.of());
  }

  /** Equal pauses. */
  public RetryPolicy constant(Duration pause) {
    return backoff(Backoff.CONSTANT, pause, pause);
  }

  /** Pauses of once, twice, three times this, up to a longest one. */
  public RetryPolicy linear(Duration firstPause, Duration maxPause) {
    return backoff(Backoff.LINEAR, firstPause, maxPause);
  }

  /** Pauses of once, twice, four times this, up to a longest one. */
  public RetryPolicy exponential(Duration firstPause, Duration maxPause) {
    return backoff(Backoff.EXPONENTIAL, firstPause, maxPause);
  }

  /** Pauses that grow in this way, up to a longest one. Both are more than nothing. */
  public RetryPolicy backoff(Backoff way, Duration firstPause, Duration maxPause) {
    requireNonNull(way, "way");
    if (firstPause.isZero() || firstPause.isNegative() || maxPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses: "
              + firstPause
              + " to "
              + maxPause
              + " (expected: more than PT0S, and the longest not shorter than the first)");
    }
    return new RetryPolicy(attempts, way, firstPause, maxPause, jitter, isInPlace, on, notOn);
  }

  /**
   * By which part of itself a pause may be longer or shorter, 0 to 1: what failed together shall
   * not come back together. 0.1 unless set.
   */
  public RetryPolicy jitter(double part) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("jitter: " + part + " (expected: 0 to 1)");
    }
    return new RetryPolicy(attempts, backoff, first, max, part, isInPlace, on, notOn);
  }

  /**
   * Attempts follow each other while the message is held, so that what comes after it in its order
   * waits for it. For pauses of seconds: others wait too, and a broker takes a message back that is
   * held for long. Unless set, the message waits in the broker and loses its place.
   */
  public RetryPolicy inPlace() {
    return new RetryPolicy(attempts, backoff, first, max, jitter, true, on, notOn);
  }

  /** Whether attempts follow each other while the message is held. */
  public boolean isInPlace() {
    return isInPlace;
  }

  /** Only after these, or what they caused. Any {@link Exception} unless set. */
  @SafeVarargs
  @SuppressWarnings("varargs") // Only read.
  public final RetryPolicy on(Class<? extends Throwable>... types) {
    return new RetryPolicy(attempts, backoff, first, max, jitter, isInPlace, List.of(types), notOn);
  }

  /** Not after these, nor what they caused. */
  @SafeVarargs
  @SuppressWarnings("varargs") // Only read.
  public final RetryPolicy notOn(Class<? extends Throwable>... types) {
    return new RetryPolicy(attempts, backoff, first, max, jitter, isInPlace, on, List.of(types));
  }

  /** How many attempts there are in all. */
  public int attempts() {
    return attempts;
  }

  /**
   * The pause before the next attempt; empty if there is none.
   *
   * @param attempt how many there were, 1 or more
   * @param failure how the last one ended
   */
  public Optional<Duration> pauseAfter(int attempt, Throwable failure) {
    return attempt < attempts && isCovered(failure)
        ? Optional.of(jittered(pause(attempt)))
        : Optional.empty();
  }

  private Duration pause(int attempt) {
    double factor =
        switch (backoff) {
          case CONSTANT -> 1;
          case LINEAR -> attempt;
          case EXPONENTIAL -> Math.pow(2, attempt - 1);
        };
    double millis = Math.min((double) max.toMillis(), (double) first.toMillis() * factor);
    return Duration.ofMillis((long) millis);
  }

  private Duration jittered(Duration pause) {
    double change = jitter * ThreadLocalRandom.current().nextDouble(-1, 1);
    return Duration.ofMillis(Math.max(1, Math.round((double) pause.toMillis() * (1 + change))));
  }

  private boolean isCovered(Throwable failure) {
    return isAny(on, failure) && !isAny(notOn, failure);
  }

  // A failure counts as its causes too: much is wrapped on its way. A chain may be a circle.
  private static boolean isAny(List<Class<? extends Throwable>> types, Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 50; depth++) {
      for (Class<? extends Throwable> type : types) {
        if (type.isInstance(cause)) {
          return true;
        }
      }
      cause = cause.getCause();
    }
    return false;
  }
}
