package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

class LostAcksTest {
  private final LostAcks lostAcks = new LostAcks();

  @Test
  void whatComesAgainIsTakenOnce() {
    lostAcks.add(delivery("one", Map.of(), false));

    assertThat(lostAcks.take(delivery("other", Map.of(), true))).isFalse();
    assertThat(lostAcks.take(delivery("one", Map.of(), true))).isTrue();
    assertThat(lostAcks.take(delivery("one", Map.of(), true))).isFalse();
  }

  @Test
  void whatNeverCameBeforeIsACopyAndIsHandledThenAndLater() {
    lostAcks.add(delivery("one", Map.of(), false));

    assertThat(lostAcks.take(delivery("one", Map.of(), false))).isFalse();
    assertThat(lostAcks.take(delivery("one", Map.of(), true))).isFalse();
  }

  @Test
  void copyThatIsTriedAgainIsToldByItsHeadersAndABrokersCounterIsNone() {
    lostAcks.add(delivery("one", Map.of("attempt", 1), false));

    assertThat(lostAcks.take(delivery("one", Map.of("attempt", 2), true))).isFalse();
    assertThat(lostAcks.take(delivery("one", Map.of("attempt", 1, "x-delivery-count", 1L), true)))
        .isTrue();
  }

  @Test
  void messageWithoutAnIdIsNotRemembered() {
    lostAcks.add(delivery(null, Map.of(), false));

    assertThat(lostAcks.take(delivery(null, Map.of(), true))).isFalse();
  }

  @Test
  void onlyTheNewestAreKept() {
    for (int i = 0; i <= LostAcks.MAX; i++) {
      lostAcks.add(delivery("id-" + i, Map.of(), false));
    }

    assertThat(lostAcks.take(delivery("id-0", Map.of(), true))).isFalse();
    assertThat(lostAcks.take(delivery("id-1", Map.of(), true))).isTrue();
    assertThat(lostAcks.take(delivery("id-" + LostAcks.MAX, Map.of(), true))).isTrue();
  }

  private static Delivery delivery(
      @Nullable String id, Map<String, Object> headers, boolean isRedelivered) {
    RawMessage message = RawMessage.of(new byte[0]).messageId(id).headers(headers).build();
    return new Delivery(message, "queue", "exchange", "key", isRedelivered);
  }
}
