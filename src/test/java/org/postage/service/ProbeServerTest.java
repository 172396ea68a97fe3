package org.postage.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.embedded.EmbeddedBroker;

@Timeout(600)
class ProbeServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final Postage postage =
      Postage.builder().uri(broker.uri().toString()).fingerprint("shop", "test").connect();
  private final ProbeServer probes =
      ProbeServer.builder(postage).address(ANY_PORT).metrics(() -> "messages 1\n").start();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    probes.close();
    postage.close();
    broker.close();
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + probes.address().getPort() + path);
    return http.send(
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  @Test
  void probesTellHowTheComponentIs() throws Exception {
    HttpResponse<String> ready = send("GET", "/health/ready");

    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.headers().firstValue("content-type")).contains("application/json");
    assertThat(ready.body()).contains("\"isReady\":true").contains("\"connections\":[");
    assertThat(send("GET", "/health/live").statusCode()).isEqualTo(200);
    assertThat(send("HEAD", "/health/live").body()).isEmpty();
  }

  @Test
  void brokerThatIsGoneMakesItNotReadyButLive() throws Exception {
    broker.close();

    Awaitility.await()
        .untilAsserted(() -> assertThat(send("GET", "/health/ready").statusCode()).isEqualTo(503));
    assertThat(send("GET", "/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsAreTheRegistrysText() throws Exception {
    assertThat(send("GET", "/metrics").body()).isEqualTo("messages 1\n");
  }

  @Test
  void nothingElseIsThere() throws Exception {
    assertThat(send("GET", "/").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/health/live/../../etc/passwd").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/metrics").statusCode()).isEqualTo(405);
  }

  @Test
  void addressThatCannotBeHadIsNamed() {
    InetSocketAddress taken = probes.address();

    assertThatThrownBy(() -> ProbeServer.builder(postage).address(taken).start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(":" + taken.getPort() + " can't be had");
  }
}
