package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postage.embedded.EmbeddedBroker;
import org.postage.handler.MessageHandler;
import org.postage.topology.Exchange;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.TransportException;

/** Which broker a component connects to, as whom, and what it says when it can't. */
@Timeout(600)
class ConnectingTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SECRET = "s3cret-password";

  interface Client {
    CompletableFuture<Void> message_count(int number);
  }

  private static final class Server {
    final Heard<Integer> heard = new Heard<>();

    @MessageHandler("count")
    void count(int number) {
      heard.add(number);
    }
  }

  private final Exchange exchange = Exchange.direct("connecting");
  private final List<EmbeddedBroker> brokers = new ArrayList<>();

  @AfterEach
  void closeBrokers() {
    brokers.forEach(EmbeddedBroker::close);
  }

  private EmbeddedBroker start() {
    return start(EmbeddedBroker.builder());
  }

  private EmbeddedBroker start(EmbeddedBroker.Builder builder) {
    EmbeddedBroker broker = builder.start();
    brokers.add(broker);
    return broker;
  }

  private static String address(EmbeddedBroker broker) {
    return broker.host() + ":" + broker.port();
  }

  private static String unusedAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  @Test
  void componentMovesToTheNextAddressWhenItsBrokerStopsAndOnRoundTheList() {
    EmbeddedBroker one = start();
    EmbeddedBroker two = start();
    Server server = new Server();
    try (LogCapture log = new LogCapture();
        Postage postage = Postage.builder().addresses(address(one), address(two)).connect()) {
      postage.processor(exchange.to("queue", "key")).handlers(server).start();
      Client client = postage.producer(Client.class, exchange.withKey("key"));
      assertThat(client.message_count(1)).succeedsWithin(LIMIT);
      assertThat(server.heard.next()).isEqualTo(1);
      assertThat(two.connections()).isEmpty();

      one.stop();

      await().atMost(LIMIT).until(() -> postage.isReady() && two.connections().size() == 2);
      assertThat(client.message_count(2)).succeedsWithin(LIMIT);
      assertThat(server.heard.next()).isEqualTo(2);
      assertThat(log.linesWith("Lost the connection of postage-publish to amqp://guest@"))
          .singleElement()
          .asString()
          .contains(address(one))
          .doesNotContain(address(two));

      one.startAgain();
      two.stop();

      await().atMost(LIMIT).until(() -> postage.isReady() && one.connections().size() == 2);
      assertThat(client.message_count(3)).succeedsWithin(LIMIT);
      assertThat(server.heard.next()).isEqualTo(3);
    }
  }

  @Test
  void firstAttemptTriesEveryAddress() throws Exception {
    EmbeddedBroker broker = start();
    String uri = "amqp://" + unusedAddress() + "," + unusedAddress() + "," + address(broker);

    try (LogCapture log = new LogCapture();
        Postage postage = Postage.builder().uri(uri).connect()) {
      assertThat(postage.isReady()).isTrue();
      assertThat(log.linesWith("Cannot reach the broker")).isEmpty();
    }
  }

  @Test
  void roundThatFailedNamesEachAddressAndItsReason() throws Exception {
    String one = unusedAddress();
    String two = unusedAddress();

    try (LogCapture log = new LogCapture();
        Postage postage = Postage.builder().addresses(one, two).connect()) {
      assertThat(postage.isReady()).isFalse();
      assertThat(log.linesWith("Cannot reach the broker at amqp://guest@" + one + "," + two))
          .first()
          .asString()
          .contains(one + ": Connection refused", two + ": Connection refused", "trying again in");
    }
  }

  @Test
  void failFastThrowsWhatWouldOtherwiseBeLogged() throws Exception {
    String address = unusedAddress();

    assertThatThrownBy(() -> Postage.builder().addresses(address).failFast().connect())
        .isInstanceOf(TransportException.class)
        .hasMessageStartingWith(
            "cannot connect to amqp://guest@" + address + " virtual host '/': Connection refused");
    assertThatThrownBy(
            () -> Postage.builder().addresses(address, unusedAddress()).failFast().connect())
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(address + ": Connection refused");
  }

  @Test
  void failFastIsOnlyAboutTheFirstAttempt() {
    EmbeddedBroker broker = start();
    try (Postage postage = Postage.builder().addresses(address(broker)).failFast().connect()) {
      broker.stop();
      await().atMost(LIMIT).until(() -> !postage.isReady());

      broker.startAgain();

      await().atMost(LIMIT).until(postage::isReady);
    }
  }

  @Test
  void refusedPasswordIsAnErrorAtOnceWhereverAnAddressRefusesIt() throws Exception {
    EmbeddedBroker broker = start();

    assertThatThrownBy(
            () ->
                Postage.builder()
                    .addresses(unusedAddress(), address(broker))
                    .password(SECRET)
                    .connect())
        .isInstanceOf(BrokerRefusedException.class)
        .hasMessageContaining(address(broker) + ": user or password refused");
  }

  @Test
  void passwordThatChangesIsAskedForAtEachAttempt() {
    EmbeddedBroker old = start();
    AtomicReference<String> password = new AtomicReference<>("guest");
    try (LogCapture log = new LogCapture();
        Postage postage =
            Postage.builder().addresses(address(old)).password(password::get).connect()) {
      Client client = postage.producer(Client.class, exchange.withKey("key"));
      Server server = new Server();
      postage.processor(exchange.to("queue", "key")).handlers(server).start();

      old.close();
      start(EmbeddedBroker.builder().port(old.port()).user("guest", SECRET));

      String refused = "user or password refused";
      await().atMost(LIMIT).until(() -> log.linesWith(refused).size() >= 2);
      assertThat(postage.isReady()).isFalse();
      List<Integer> pauses =
          Pattern.compile(refused + ".*trying again in (\\d+) ms")
              .matcher(log.text())
              .results()
              .map((MatchResult match) -> Integer.parseInt(match.group(1)))
              .toList();
      assertThat(pauses).isNotEmpty().allMatch(millis -> millis >= 5_000);

      password.set(SECRET);

      await().atMost(LIMIT).until(postage::isReady);
      assertThat(client.message_count(1)).succeedsWithin(LIMIT);
      assertThat(server.heard.next()).isEqualTo(1);
      assertThat(log.text()).doesNotContain(SECRET);
    }
  }

  @Test
  void passwordThatIsNotToBeHadIsAnErrorThatSaysWhy(@TempDir Path directory) {
    EmbeddedBroker broker = start();
    PasswordFile file = new PasswordFile("POSTAGE_PASSWORD_FILE", directory + "/absent");

    assertThatThrownBy(() -> Postage.builder().addresses(address(broker)).password(file).connect())
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no password for user 'guest': POSTAGE_PASSWORD_FILE: '")
        .hasMessageContaining("/absent' no such file");
  }

  @Test
  void passwordFileThatIsGoneForAWhileEndsNothing(@TempDir Path directory) throws Exception {
    EmbeddedBroker broker = start();
    Path path = Files.writeString(directory.resolve("password"), "guest\n");
    PasswordFile file = new PasswordFile("POSTAGE_PASSWORD_FILE", path.toString());
    try (LogCapture log = new LogCapture();
        Postage postage = Postage.builder().addresses(address(broker)).password(file).connect()) {
      Files.delete(path);
      broker.dropConnections();
      await().atMost(LIMIT).until(() -> !log.linesWith("no such file").isEmpty());

      Files.writeString(path, "guest\n");

      await().atMost(LIMIT).until(postage::isReady);
    }
  }

  @Test
  void noFailureShowsAPassword(@TempDir Path directory) throws Exception {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    EmbeddedBroker broker = start(EmbeddedBroker.builder().user("me", SECRET));
    String where = address(broker);
    String uri = "amqp://me:" + SECRET + "@" + where;
    Path file = Files.writeString(directory.resolve("password"), SECRET + "\n");
    List<Postage.Builder> refused =
        List.of(
            Postage.builder().uri(uri).user("you"),
            Postage.builder().uri(uri).password(SECRET + "-old"),
            Postage.builder().uri(uri).addresses(unusedAddress()).failFast(),
            Postage.builder().uri(uri).addresses(unusedAddress(), where).user("you"),
            Postage.builder()
                .addresses(where)
                .password(new PasswordFile("POSTAGE_PASSWORD_FILE", file.toString())),
            Postage.builder()
                .addresses(where)
                .password(new PasswordFile("POSTAGE_PASSWORD_FILE", directory.toString())));
    List<String> malformed =
        List.of(uri + ":x", uri + "/a/b", "amqp://me:" + SECRET, uri + ",:", uri + "?x=1");

    try (LogCapture log = new LogCapture()) {
      refused.forEach(builder -> failures.add(failureOf(builder::connect)));
      malformed.forEach(text -> failures.add(failureOf(() -> Postage.builder().uri(text))));
      failures.add(failureOf(() -> Postage.builder().addresses("me:" + SECRET + "@" + where)));
      failures.add(failureOf(() -> Postage.builder().host("me:" + SECRET + "@" + where)));
      try (Postage postage = Postage.builder().uri(uri).connect()) {
        broker.dropConnections();
        await().atMost(LIMIT).until(() -> !log.linesWith("Lost the connection").isEmpty());
        broker.stop();
        await().atMost(LIMIT).until(() -> !log.linesWith("Cannot reach the broker").isEmpty());
        assertThat(postage.isReady()).isFalse();
        StringWriter traces = new StringWriter();
        failures.forEach(each -> each.printStackTrace(new PrintWriter(traces, true)));
        String everything = log.text() + traces + failures;

        assertThat(everything).doesNotContain(SECRET);
      }
    }
  }

  private static Throwable failureOf(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      return e;
    }
    throw new AssertionError("no failure");
  }
}
