package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.chaos.FaultyProxy;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.Outcome;

/** What looks like a hanging connection, and is none. */
@Timeout(60)
class WatchdogTest {
  private static final Duration STUCK = Duration.ofSeconds(3);
  // Each declaration takes three answers: together more than what counts as hanging.
  private static final Duration DELAY = Duration.ofMillis(20);
  private static final int MANY = 30;

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final FaultyProxy proxy;
  private final AmqpTransport transport;

  WatchdogTest() throws IOException {
    proxy = new FaultyProxy(broker.port());
    ConnectionSettings settings =
        ConnectionSettings.builder().host("127.0.0.1").port(proxy.port()).build();
    transport = AmqpTransport.connect("test", settings, Duration.ofMinutes(1), STUCK);
  }

  @AfterEach
  void close() throws IOException {
    transport.close();
    proxy.close();
    broker.close();
  }

  @Test
  void manyDeclarationsOverASlowLineDoNotLookLikeAHangingConnection() {
    IntStream.range(0, MANY).forEach(i -> transport.declare(Exchange.direct("e" + i)));
    List<Binding> bindings =
        IntStream.range(0, MANY)
            .mapToObj(i -> Exchange.direct("e" + i).to("q" + i, "key"))
            .toList();
    transport.consume(
        new ConsumeOptions("many", bindings, 1, (delivery, task) -> task.run()),
        delivery -> Outcome.ACK);
    await().until(transport::isReady);
    proxy.delay(DELAY);

    proxy.reset();
    await().until(() -> !transport.isReady());
    await().atMost(Duration.ofSeconds(30)).until(transport::isReady);

    // Each of the two once: neither was given up while it declared.
    assertThat(transport.stats().reconnects()).isEqualTo(2);
  }
}
