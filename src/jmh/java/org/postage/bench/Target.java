package org.postage.bench;

import static org.postage.bench.Contestant.OURS;
import static org.postage.bench.Contestant.OURS_FUTURES;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What this library is to reach in one run.
 *
 * @param claim in words
 * @param value what was reached; empty where the run did not measure it
 * @param isAtLeast whether the bound is to be reached, not to be kept below
 */
record Target(
    String claim, Function<Results, OptionalDouble> value, boolean isAtLeast, double bound) {
  private static final String PUBLISH = Scenario.PUBLISH.title();
  private static final String CONSUME = Scenario.CONSUME.title();
  private static final String BOTH = Scenario.PUBLISH_AND_CONSUME.title();
  private static final String CALL = Scenario.CALL.title();
  private static final String CALLS = Scenario.CALLS.title();

  static final List<Target> ALL =
      List.of(
          faster(PUBLISH, OURS, "raw, no confirms", 0.85),
          faster(PUBLISH, OURS, "Spring, correlated confirms", 5),
          faster(CONSUME, OURS, "raw, one ack each", 1.4),
          faster(CONSUME, OURS, "Spring, direct", 1.8),
          faster(BOTH, OURS, "raw, no confirms", 1.3),
          faster(BOTH, OURS, "Spring, no confirms", 2),
          new Target(
              CALL + ": p50 to raw, direct reply-to",
              ratio(CALL, OURS, "raw, direct reply-to", Results.P50),
              false,
              0.75),
          new Target(CALL + ": p99 to p50", Target::tail, false, 3),
          new Target(
              CALL + ": p50 of raw, a queue a call, to ours",
              ratio(CALL, "raw, a queue a call", OURS, Results.P50),
              true,
              15),
          faster(CALLS, OURS_FUTURES, "raw, futures, inline, server acks batched", 1),
          faster(CALLS, OURS_FUTURES, "raw, futures", 1),
          faster(CALLS, OURS_FUTURES, "Spring, threads", 1.8),
          new Target(
              Scenario.OUTSTANDING.title() + ": failed",
              median(Scenario.OUTSTANDING.title(), OURS, Results.FAILED),
              false,
              0),
          new Target(
              Scenario.OUTSTANDING.title() + ": bytes of heap each",
              median(Scenario.OUTSTANDING.title(), OURS, Results.HEAP),
              false,
              2048),
          new Target(
              Scenario.START.title() + ": p50 us",
              median(Scenario.START.title(), OURS, Results.P50),
              false,
              150_000),
          new Target(
              Scenario.PRODUCER.title() + ": p50 us",
              median(Scenario.PRODUCER.title(), OURS, Results.P50),
              false,
              20_000),
          new Target(
              Scenario.COLD.title() + ": p50 us",
              median(Scenario.COLD.title(), OURS, Results.P50),
              false,
              1_000_000));

  private static Target faster(String title, String ours, String other, double bound) {
    return new Target(
        title + ": to " + other, ratio(title, ours, other, Results.PER_SECOND), true, bound);
  }

  private static Function<Results, OptionalDouble> ratio(
      String title, String one, String other, String figure) {
    return results ->
        results
            .contestant(title, one)
            .flatMap(
                first ->
                    results
                        .contestant(title, other)
                        .map(second -> results.ratio(first, second, figure)))
            .orElse(OptionalDouble.empty());
  }

  private static Function<Results, OptionalDouble> median(
      String title, String name, String figure) {
    return results ->
        results
            .contestant(title, name)
            .map(each -> results.median(each, figure))
            .orElse(OptionalDouble.empty());
  }

  private static OptionalDouble tail(Results results) {
    OptionalDouble p50 = median(CALL, OURS, Results.P50).apply(results);
    OptionalDouble p99 = median(CALL, OURS, Results.P99).apply(results);
    return p50.isPresent() && p99.isPresent()
        ? OptionalDouble.of(p99.getAsDouble() / p50.getAsDouble())
        : OptionalDouble.empty();
  }

  boolean isReached(double reached) {
    return isAtLeast ? reached >= bound : reached <= bound;
  }

  /** Its bound in words. */
  String expected() {
    return (isAtLeast ? "at least " : "at most ") + Report.number(bound);
  }
}
