package org.postage.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Exchange;

/** Meters of connections, on a broker that can be told to misbehave. */
@Timeout(600)
class PostageMetricsTest {
  interface Client {
    CompletableFuture<Void> message_count(int number);
  }

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Postage postage = connect();

  @AfterEach
  void close() {
    postage.close();
    broker.close();
  }

  private Postage connect(Tag... tags) {
    return PostageMetrics.register(Postage.builder().uri(broker.uri().toString()), registry, tags)
        .connect();
  }

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  @Test
  void blockedAndInFlightTellOfABrokerThatTakesNothing() {
    Client client = postage.producer(Client.class, Exchange.direct("metrics").withKey("key"));
    assertThat(gauge("postage.blocked")).isZero();
    broker.block("memory");
    // The broker tells of it when something is published.
    client.message_count(1);
    await().until(() -> postage.stats().transport().isBlocked());

    client.message_count(2);

    assertThat(gauge("postage.blocked")).isEqualTo(1);
    assertThat(gauge("postage.in.flight")).isPositive();
    broker.unblock();
    await().until(() -> gauge("postage.blocked") == 0 && gauge("postage.in.flight") == 0);
  }

  @Test
  void connectionsThatAreMadeAnewAreCounted() {
    FunctionCounter reconnects = registry.get("postage.reconnects").functionCounter();
    assertThat(reconnects.count()).isZero();

    broker.closeConnections("by the test");

    await().until(() -> reconnects.count() == 1);
  }

  @Test
  void closedPostageLeavesNoMeterThatReadsIt() {
    assertThat(registry.find("postage.in.flight").gauge()).isNotNull();

    postage.close();

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void nextConnectionMayUseTheRegistryAgain() {
    postage.close();

    connect().close();

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void secondPostageInARegistryNeedsOtherTags() {
    assertThatThrownBy(this::connect)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "meter postage.in.flight with tags []: another Postage's"
                + " (expected: tags by which they differ)");
    assertThat(registry.get("postage.blocked").gauges()).hasSize(1);

    try (Postage other = connect(Tag.of("postage", "other"))) {
      assertThat(other.isReady()).isTrue();
      assertThat(registry.get("postage.blocked").gauges()).hasSize(2);
    }
    assertThat(registry.getMeters())
        .extracting(Meter::getId)
        .allMatch(id -> id.getTags().isEmpty());
  }
}
