package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.chaos.FaultyProxy;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Exchange;
import org.postage.transport.RawMessage;
import org.postage.transport.Transport;
import org.postage.transport.TransportException;

/** A broker that blocks publishers blocks connections: those that it has at that moment. */
@Timeout(60)
class BlockedLinkTest {
  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final FaultyProxy proxy;
  private final AmqpTransport transport;

  BlockedLinkTest() throws IOException {
    proxy = new FaultyProxy(broker.port());
    transport =
        AmqpTransport.connect(
            "test", ConnectionSettings.builder().host("127.0.0.1").port(proxy.port()).build());
  }

  @AfterEach
  void close() throws IOException {
    transport.close();
    proxy.close();
    broker.close();
  }

  @Test
  void blockEndsWithItsConnection() throws IOException {
    broker.block("low on memory");
    CompletableFuture<Void> sent =
        transport.publish(
            Exchange.direct("").withKey("nobody"),
            RawMessage.of("{}".getBytes(StandardCharsets.UTF_8)).build(),
            false,
            Transport.MAX_PATIENCE);
    await().until(() -> transport.blocked() != null);
    assertThatThrownBy(() -> transport.exists("nobody"))
        .isInstanceOf(TransportException.class)
        .hasMessageEndingWith("the broker blocks publishers: low on memory");

    // While it is away, the broker has no way to tell it that the alarm is over.
    proxy.refuse();
    proxy.reset();
    await().until(() -> !transport.isReady());
    broker.unblock();
    proxy.accept();

    sent.join();
    await().until(transport::isReady);
    assertThat(transport.exists("nobody")).isFalse();
  }
}
