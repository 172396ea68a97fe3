package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postage.amqp.Tls;
import org.postage.embedded.EmbeddedBroker;
import org.postage.handler.MessageHandler;
import org.postage.topology.Exchange;

/** A broker that reads no more, with a sender in the middle of a write. */
@Timeout(90)
class StuckWriteTest {
  interface Client {
    CompletableFuture<Void> message_blob(String text);
  }

  private static final class Receiver {
    @MessageHandler("blob")
    void take() {}
  }

  private static final Exchange EXCHANGE = Exchange.direct("stuck");
  private static final String BIG = "x".repeat(512 * 1_024);
  // More than what fits into the buffers in between.
  private static final int MANY = 60;

  private static TestCertificates certificates;

  private final EmbeddedBroker broker = EmbeddedBroker.start();

  @BeforeAll
  static void makeCertificates(@TempDir Path directory) {
    certificates = new TestCertificates(directory);
  }

  @AfterEach
  void close() {
    broker.close();
  }

  @Test
  void senderWhoHangsInAWriteIsFreedWithinSeconds() {
    try (Postage postage = Postage.builder().uri(broker.uri().toString()).connect()) {
      assertFreed(postage);
    }
  }

  @Test
  void senderWhoHangsInAWriteOverTlsIsFreedWithinSeconds() throws IOException {
    Tls tls = Tls.builder().trust(certificates.authority()).build();
    try (TlsFront front =
            new TlsFront(certificates.context(TestCertificates.SERVER), broker.port(), false);
        Postage postage =
            Postage.builder().uri("amqps://localhost:" + front.port()).tls(tls).connect()) {
      assertFreed(postage);
    }
  }

  private void assertFreed(Postage postage) {
    Client client = postage.producer(Client.class, EXCHANGE.withKey("key"));
    postage.processor(EXCHANGE.to("stuck", "key")).handlers(new Receiver()).start();
    broker.freeze();

    List<CompletableFuture<Void>> sent = new ArrayList<>();
    Duration longest = Duration.ZERO;
    for (int i = 0; i < MANY; i++) {
      long start = System.nanoTime();
      sent.add(client.message_blob(BIG));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      longest = took.compareTo(longest) > 0 ? took : longest;
    }

    assertThat(longest).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(10));
    broker.thaw();
    assertThat(client.message_blob("small")).succeedsWithin(Duration.ofSeconds(40));
    assertThat(sent).hasSize(MANY);
  }
}
