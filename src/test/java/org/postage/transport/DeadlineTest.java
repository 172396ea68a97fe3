package org.postage.transport;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Until when somebody waits, as far as it can be known. */
class DeadlineTest {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private static RawMessage.Builder request() {
    return RawMessage.of(new byte[0]);
  }

  private static Duration left(RawMessage request) {
    Long deadline = Deadline.of(request);
    return Duration.ofNanos(requireNonNull(deadline) - System.nanoTime());
  }

  @Test
  void requestSaysHowLongItIsWaitedFor() {
    RawMessage request = Deadline.set(request(), Map.of("a", "b"), WAIT).build();

    assertThat(request.expiration()).isEqualTo(WAIT);
    assertThat(request.headers()).containsEntry("a", "b");
    assertThat(left(request)).isBetween(Duration.ofSeconds(5), WAIT);
  }

  @Test
  void clockThatDiffersDoesNotEndARequestThatTheBrokerStillDelivers() {
    long longAgo = System.currentTimeMillis() - 3_600_000;
    RawMessage request =
        request().expiration(WAIT).headers(Map.of(Deadline.HEADER, longAgo)).build();

    assertThat(left(request)).isBetween(Duration.ofSeconds(5), WAIT);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 0, 1_700_000_000_000_000L})
  void timeWithoutSenseIsNone(long millis) {
    assertThat(Deadline.of(request().headers(Map.of(Deadline.HEADER, millis)).build())).isNull();
  }

  @Test
  void waitLongerThanTheBrokerTakesHasNoExpiration() {
    RawMessage request = Deadline.set(request(), Map.of(), Duration.ofDays(100)).build();

    assertThat(request.expiration()).isNull();
    assertThat(left(request)).isGreaterThan(Duration.ofDays(99));
  }
}
