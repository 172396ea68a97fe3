package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.postage.topology.Queue;

class BrokerLimitsTest {
  private static final OptionalInt NONE = OptionalInt.empty();
  private static final OptionalInt OF_BROKER = OptionalInt.of(20);
  private static final Queue QUORUM = Queue.named("orders").quorum();

  @Test
  void limitThatHealthyMessagesReachIsExplained() {
    assertThat(warnings(QUORUM.withArgument("x-delivery-limit", 3), NONE))
        .contains("processor: queue 'orders' has x-delivery-limit 3 (expected: 20 or more)")
        .contains("has x-delivery-limit 3 and no dead-letter exchange");
  }

  @Test
  void limitOfTheBrokerWithoutADeadLetterExchangeIsExplained() {
    assertThat(warnings(QUORUM, OF_BROKER))
        .contains(
            "processor: queue 'orders' has the broker's own x-delivery-limit of 20 and no"
                + " dead-letter exchange (expected: x-dead-letter-exchange)")
        .doesNotContain("or more");
  }

  @Test
  void whatNeedsNoExplanationGetsNone() {
    Queue deadLettered = QUORUM.withArgument("x-dead-letter-exchange", "dead");

    assertThat(warnings(QUORUM, NONE)).isEmpty();
    assertThat(warnings(deadLettered, OF_BROKER)).isEmpty();
    assertThat(warnings(QUORUM.withArgument("x-delivery-limit", -1), OF_BROKER)).isEmpty();
    assertThat(warnings(Queue.named("orders").durable(), OF_BROKER)).isEmpty();
  }

  private static String warnings(Queue queue, OptionalInt ofBroker) {
    try (LogCapture log = new LogCapture()) {
      BrokerLimits.explain("processor", queue, ofBroker);
      return log.text();
    }
  }
}
