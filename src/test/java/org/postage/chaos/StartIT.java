package org.postage.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.LogCapture;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.Sandbox;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.TransportException;

/** G12: starts that cannot work: nobody there, the wrong password, the wrong host, no URI. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class StartIT {
  private static final Size SIZE =
      Size.of(new Size(0, 1, Duration.ofSeconds(3)), new Size(0, 1, Duration.ofSeconds(10)));
  private static final String SECRET = "Wonder-Wall-4711";
  private static final String REFUSED = "starts that did not work";
  private static final int CONNECTS_PER_SECOND = 2;
  private static final String STORE_PASSWORD = "of-the-store";

  private static final List<String> MALFORMED =
      List.of(
          "amqp:/user:" + SECRET + "@localhost",
          "http://user:" + SECRET + "@localhost:5672/",
          "amqp://user:" + SECRET + "@local host:5672/",
          "amqp://user:" + SECRET + "@localhost:notaport/",
          "amqp://user:" + SECRET + "@localhost:5672/a/b",
          "amqp://user:" + SECRET + "%zz@localhost:5672/",
          "amqp://user:" + SECRET + "@localhost:5672/?heartbeat=1",
          "amqp://us:er:" + SECRET + "@localhost:5672/",
          "user:" + SECRET + "@localhost");

  @Test
  void startsThatCannotWorkSayWhyShowNoSecretAndDoNotSpin() {
    Chaos.play("G12", "starts that cannot work", SIZE, StartIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    try (LogCapture log = new LogCapture()) {
      malformed(report);
      wrongPassword(stage, report);
      wrongHost(stage, report);
      nobodyThere(stage, report);
      report.faults(report.figure(REFUSED));
      report.must("secrets in the log", log.text().contains(SECRET) ? 1 : 0);
    }
  }

  private static void malformed(Report report) {
    for (String uri : MALFORMED) {
      try {
        Postage.builder().uri(uri).connect().close();
        report.complainUnless(false, "a malformed URI was accepted");
      } catch (IllegalArgumentException e) {
        report.figure(REFUSED, 1);
        report.must("secrets in an exception", shows(e) ? 1 : 0);
      }
    }
  }

  private static void wrongPassword(Stage stage, Report report) {
    try {
      stage.direct().password(SECRET).connect().close();
      report.complainUnless(false, "a wrong password was accepted");
    } catch (BrokerRefusedException e) {
      report.figure(REFUSED, 1);
      report.complainUnless(e.replyCode() == 403, "wrong password: " + e.replyCode());
      report.must("secrets in an exception", shows(e) ? 1 : 0);
    }
  }

  private static boolean shows(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.toString().contains(SECRET)) {
        return true;
      }
    }
    return false;
  }

  // Its certificate is trusted, and is another host's.
  private static void wrongHost(Stage stage, Report report) throws Exception {
    Sandbox sandbox = stage.with(new Sandbox("postage-tls-"));
    KeyStore store = store(sandbox);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, STORE_PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    AtomicInteger heard = new AtomicInteger();
    try (ServerSocket listener =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      serve(listener, socket -> heard.addAndGet(Math.max(0, socket.getInputStream().read())));
      try (Postage postage =
          Postage.builder()
              .host("127.0.0.1")
              .port(listener.getLocalPort())
              .password(SECRET)
              .tls(context)
              .connect()) {
        report.complainUnless(
            false, "no error for another host's certificate; ready: " + postage.isReady());
      } catch (TransportException e) {
        report.figure(REFUSED, 1);
        // Waiting would not help.
        report.must("secrets in an exception", shows(e) ? 1 : 0);
        report.complainUnless(
            String.valueOf(e.getMessage()).contains("subject alternative"),
            "another host's certificate: " + e.getMessage());
      }
    }
    report.must("bytes told to a wrong host", heard.get());
  }

  private static KeyStore store(Sandbox sandbox) throws Exception {
    Path file = sandbox.directory().resolve("store.p12");
    Process keytool =
        sandbox.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "other",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=other.example",
                    "-ext",
                    "SAN=dns:other.example",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    STORE_PASSWORD,
                    "-keystore",
                    file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
    if (!sandbox.awaitEnd(keytool, Duration.ofSeconds(60)) || !Files.exists(file)) {
      throw new IllegalStateException("keytool made no certificate");
    }
    return KeyStore.getInstance(file.toFile(), STORE_PASSWORD.toCharArray());
  }

  // A port where connections are closed as soon as they are made: each try is counted.
  private static void nobodyThere(Stage stage, Report report) throws IOException {
    AtomicInteger tries = new AtomicInteger();
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      serve(listener, socket -> tries.incrementAndGet());
      try (Postage postage = stage.direct().port(listener.getLocalPort()).connect()) {
        Senders.Numbers client = postage.producer(Senders.Numbers.class, stage.destination());
        CompletableFuture<Void> sent = client.message_number(1);
        int before = tries.get();
        Stage.pass(stage.size().interval());
        report.complainUnless(!postage.isReady() && !sent.isDone(), "ready without a broker");
        report.figure(REFUSED, 1);
        report.atMost(
            "connects",
            tries.get() - before,
            Math.toIntExact(CONNECTS_PER_SECOND * stage.size().interval().toSeconds()));
      }
    }
    report.note(report.figure("connects") + " connects in " + stage.size().interval());
  }

  /** What a server does with a connection before it closes it. */
  @FunctionalInterface
  private interface Service {
    void to(Socket socket) throws IOException;
  }

  private static void serve(ServerSocket listener, Service service) {
    Thread thread =
        new Thread(
            () -> {
              while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                  service.to(socket);
                } catch (IOException ended) {
                  // The client gave up, or the listener was closed.
                }
              }
            },
            "chaos-nobody");
    thread.setDaemon(true);
    thread.start();
  }
}
