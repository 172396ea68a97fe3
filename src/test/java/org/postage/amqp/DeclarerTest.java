package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.impl.LongStringHelper;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclarerTest {
  @ParameterizedTest
  @ValueSource(strings = {"4.3.0", "4.3.0-rc.1", "4.10.2", "5.0.0", "10.0.1", "4.3.x"})
  void newBrokersRefuseTransientQueues(String version) {
    assertThat(Declarer.refusesTransientQueues(Map.of("version", version))).isTrue();
    assertThat(
            Declarer.refusesTransientQueues(
                Map.of("version", LongStringHelper.asLongString(version))))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"3.10.8", "3.13.7", "4.0.0", "4.2.9", "", "4", "v4.3", "unknown", "%%VSN%%"})
  void olderAndUnknownOnesTakeThem(String version) {
    assertThat(Declarer.refusesTransientQueues(Map.of("version", version))).isFalse();
  }

  @Test
  void brokerWithoutAVersionTakesThem() {
    assertThat(Declarer.refusesTransientQueues(Map.of())).isFalse();
  }

  @Test
  void quorumQueuesOfRabbitMq4HaveADeliveryLimit() {
    assertThat(Declarer.deliveryLimit(Map.of("version", "4.0.1"))).hasValue(20);
    assertThat(Declarer.deliveryLimit(Map.of("version", "4.2.0"))).hasValue(20);
    assertThat(Declarer.deliveryLimit(Map.of("version", "3.13.7"))).isEmpty();
    assertThat(Declarer.deliveryLimit(Map.of())).isEmpty();
  }
}
