package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postage.amqp.Tls;
import org.postage.handler.RpcHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqNode;
import org.postage.topology.Exchange;
import org.postage.transport.TransportException;

/** A RabbitMQ that speaks TLS only with those who show a certificate. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class TlsIT {
  interface Client {
    String rpc_echo(String text);
  }

  static final class Server {
    @RpcHandler("echo")
    String echo(String text) {
      return text;
    }
  }

  private static TestCertificates certificates;
  private static RabbitMqNode node;
  private static int port;

  @BeforeAll
  static void startNode(@TempDir Path directory) throws IOException {
    certificates = new TestCertificates(directory);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    node =
        RabbitMqNode.start(
            List.of(),
            "listeners.ssl.default = 127.0.0.1:" + port,
            "ssl_options.cacertfile = " + certificates.authority(),
            "ssl_options.certfile = " + certificates.certificate(TestCertificates.SERVER),
            "ssl_options.keyfile = " + certificates.key(TestCertificates.SERVER),
            "ssl_options.verify = verify_peer",
            "ssl_options.fail_if_no_peer_cert = true",
            "ssl_options.versions.1 = tlsv1.3",
            "ssl_options.versions.2 = tlsv1.2");
    // A node whose TLS port is taken starts without it.
    assertThat(node.log()).contains("started TLS (SSL) listener on 127.0.0.1:" + port);
  }

  @AfterAll
  static void closeNode() {
    if (node != null) {
      node.close();
    }
  }

  private static Postage.Builder builder(Tls tls) {
    return Postage.builder().uri("amqps://localhost:" + port).tls(tls);
  }

  @Test
  void componentWithACertificateWorksAndComesBack() {
    Tls tls =
        Tls.builder()
            .trust(certificates.authority())
            .clientCertificate(
                certificates.keyStore(TestCertificates.CLIENT), () -> TestCertificates.PASSWORD)
            .build();
    Exchange exchange = Exchange.direct("tls");
    try (Postage postage = builder(tls).connect()) {
      postage.processor(exchange.to("tls", "key")).handlers(new Server()).start();
      Client client = postage.producer(Client.class, exchange.withKey("key"));
      assertThat(client.rpc_echo("x")).isEqualTo("x");

      node.ctl("close_all_connections", "closed by the test");

      assertThat(client.rpc_echo("y".repeat(300_000))).hasSize(300_000);
      await().atMost(Duration.ofSeconds(60)).until(postage::isReady);
    }
  }

  @Test
  void componentWithoutACertificateIsToldThatItNeedsOne() {
    assertThatThrownBy(
            () -> builder(Tls.builder().trust(certificates.authority()).build()).connect())
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the broker wants a client certificate");
  }
}
