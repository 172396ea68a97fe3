package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.postage.producer.SendOption.key;
import static org.postage.producer.SendOption.timeout;
import static org.postage.producer.SendOption.to;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.NackedException;
import org.postage.transport.NotSentException;
import org.postage.transport.TransportException;
import org.postage.transport.UnroutableException;

/** What the broker refuses, and what is refused before the broker sees it. */
@RabbitMq
@Timeout(600)
class RefusalIT {
  interface Sender {
    CompletableFuture<Void> message_count(int number, SendOption... options);
  }

  private static final class Receiver {
    final Heard<Integer> heard = new Heard<>();

    @MessageHandler("count")
    void count(int number) {
      heard.add(number);
    }
  }

  private final RabbitMqBroker broker;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("refusal"));
  private final String queue = TestPostage.unique("refusal");

  RefusalIT(RabbitMqBroker broker) {
    this.broker = broker;
  }

  @Test
  void wrongPasswordIsRefusedAtOnceAndShownNowhere() {
    try (LogCapture log = new LogCapture()) {
      BrokerRefusedException failure =
          catchThrowableOfType(
              BrokerRefusedException.class,
              () -> TestPostage.builder(broker).password("s3cret-password").connect());

      assertThat(failure)
          .hasMessageContaining("user or password refused")
          .hasMessageContaining("guest@" + broker.host() + ":" + broker.port());
      assertThat(failure.replyCode()).isEqualTo(AMQP.ACCESS_REFUSED);
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      assertThat(trace + log.text()).doesNotContain("s3cret-password");
    }
  }

  @Test
  @Tag(RabbitMq.ONLY) // The embedded broker makes any virtual host that it is asked for.
  void absentVirtualHostIsRefusedAtOnce() {
    assertThatThrownBy(() -> TestPostage.builder(broker).vhost("no such vhost").connect())
        .isInstanceOf(BrokerRefusedException.class)
        .hasMessageContaining("no such vhost");
  }

  @Test
  void refusedConnectionLeavesNoThreadBehind() {
    assertThatThrownBy(
            () ->
                TestPostage.builder(broker)
                    .fingerprint("refused", "test")
                    .password("wrong")
                    .connect())
        .isInstanceOf(BrokerRefusedException.class);

    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("postage-refused")));
  }

  @Test
  void queueWithOtherFlagsIsAdoptedWithOneWarning() throws Exception {
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel();
        LogCapture log = new LogCapture();
        Postage postage = TestPostage.connect(broker)) {
      channel.queueDeclare(queue, false, false, true, Map.of("x-max-length", 1000));
      Receiver receiver = new Receiver();

      postage
          .processor(exchange.to(queue, "one"), exchange.to(queue, "two"))
          .handlers(receiver)
          .start();
      Sender sender = postage.producer(Sender.class, exchange.withKey("one"));
      sender.message_count(1).join();
      sender.message_count(2, key("two")).join();

      assertThat(receiver.heard.next(2)).containsExactly(1, 2);
      assertThat(log.linesWith("exists with other flags"))
          .singleElement()
          .asString()
          .contains("queue '" + queue + "'", "received 'false' but current is 'true'");
    }
  }

  @Test
  void strictQueueOrExchangeWithOtherFlagsIsAnError() throws Exception {
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel();
        Postage postage = TestPostage.connect(broker)) {
      channel.queueDeclare(queue, true, false, false, Map.of());
      channel.exchangeDeclare(exchange.name(), "fanout", true);

      assertThatThrownBy(
              () ->
                  postage
                      .processor(Exchange.direct(queue).to(Queue.named(queue).strict(), "key"))
                      .handlers(new Receiver())
                      .start())
          .isInstanceOf(BrokerRefusedException.class)
          .hasMessageContaining("PRECONDITION_FAILED")
          .hasMessageContaining(queue);
      assertThatThrownBy(() -> postage.producer(Sender.class, exchange.strict().withKey("key")))
          .isInstanceOf(BrokerRefusedException.class)
          .hasMessageContaining(exchange.name());
    }
  }

  @Test
  void passiveQueueOrExchangeThatIsAbsentIsAnErrorAndIsNotDeclared() {
    try (Postage postage = TestPostage.connect(broker)) {
      BrokerRefusedException failure =
          catchThrowableOfType(
              BrokerRefusedException.class,
              () ->
                  postage
                      .processor(exchange.to(Queue.named(queue).passive(), "key"))
                      .handlers(new Receiver())
                      .start());
      assertThat(failure.replyCode()).isEqualTo(AMQP.NOT_FOUND);
      assertThatThrownBy(
              () ->
                  postage.producer(
                      Sender.class, Exchange.direct("absent").passive().withKey("key")))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("no exchange 'absent'");

      // Neither has harmed anything.
      Receiver receiver = new Receiver();
      postage.processor(exchange.to(queue, "key")).handlers(receiver).start();
      postage.producer(Sender.class, exchange.withKey("key")).message_count(1).join();
      assertThat(receiver.heard.next()).isEqualTo(1);
      assertThat(postage.isReady()).isTrue();
    }
  }

  @Test
  void exchangeThatIsMissingIsRefusedWhereACallNamesIt() {
    try (Postage postage = TestPostage.connect(broker)) {
      Sender sender = postage.producer(Sender.class, exchange.withKey("key"));

      assertThatThrownBy(
              () ->
                  sender.message_count(1, to(Exchange.direct("missing").passive().withKey("key"))))
          .isInstanceOf(BrokerRefusedException.class)
          .hasMessageContaining("no exchange 'missing'");
    }
  }

  @Test
  void exchangeThatIsGoneHurtsOnlyWhatIsSentToIt() throws Exception {
    try (Postage postage = TestPostage.connect(broker)) {
      Receiver receiver = new Receiver();
      postage.processor(exchange.to(queue, "key")).handlers(receiver).start();
      Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
      SendOption missing = to(Exchange.direct("missing").withKey("key"));
      assertThat(sender.message_count(-1, missing)).failsWithin(Duration.ofSeconds(60));
      try (Connection connection = broker.connect()) {
        connection.createChannel().exchangeDelete("missing");
      }

      List<CompletableFuture<Void>> good = new ArrayList<>();
      List<CompletableFuture<Void>> bad = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        good.add(sender.message_count(i));
        if (i % 20 == 0) {
          bad.add(sender.message_count(-1, missing));
        }
      }

      bad.forEach(
          sent ->
              assertThat(sent)
                  .failsWithin(Duration.ofSeconds(60))
                  .withThrowableThat()
                  .withCauseInstanceOf(NotSentException.class)
                  .withMessageContaining("no exchange 'missing'"));
      good.forEach(sent -> assertThat(sent).succeedsWithin(Duration.ofSeconds(60)));
      // What was on its way with the bad ones was sent again, so it may come twice.
      assertThat(receiver.heard.next(40)).allMatch(number -> number >= 0);
      assertThat(sender.message_count(100)).succeedsWithin(Duration.ofSeconds(60));
    }
  }

  @Test
  void manyMessagesToAnExchangeThatIsGoneDoNotHoldUpOthers() throws Exception {
    try (Postage postage = TestPostage.connect(broker)) {
      Receiver receiver = new Receiver();
      postage.processor(exchange.to(queue, "key")).handlers(receiver).start();
      Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
      SendOption missing = to(Exchange.direct("gone").withKey("key"));
      assertThat(sender.message_count(-1, missing)).failsWithin(Duration.ofSeconds(60));
      try (Connection connection = broker.connect()) {
        connection.createChannel().exchangeDelete("gone");
      }

      long start = System.nanoTime();
      sendAndAwait(sender, i -> {});
      Duration alone = Duration.ofNanos(System.nanoTime() - start);
      start = System.nanoTime();
      sendAndAwait(sender, i -> sender.message_count(-1, missing));

      // Without it, the channel would be closed again and again, with growing pauses.
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(alone.multipliedBy(10).plusSeconds(3));
    }
  }

  /** Sends three hundred messages that arrive, and something else before each. */
  private static void sendAndAwait(Sender sender, IntConsumer before) {
    List<CompletableFuture<Void>> good = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      before.accept(i);
      good.add(sender.message_count(i));
    }
    good.forEach(sent -> assertThat(sent).succeedsWithin(Duration.ofSeconds(60)));
  }

  @Test
  void exchangeThatWasDeletedIsDeclaredAgainByWhoSendsThere() throws Exception {
    try (Postage postage = TestPostage.connect(broker)) {
      Exchange own = Exchange.fanout("deleted");
      Sender sender = postage.producer(Sender.class, own.withKey("key"));
      assertThat(sender.message_count(-1)).failsWithin(Duration.ofSeconds(60));
      try (Connection connection = broker.connect()) {
        connection.createChannel().exchangeDelete("deleted");
      }

      assertThat(sender.message_count(1))
          .failsWithin(Duration.ofSeconds(60))
          .withThrowableThat()
          .withCauseInstanceOf(NotSentException.class);

      await()
          .untilAsserted(
              () ->
                  assertThat(sender.message_count(2))
                      .failsWithin(Duration.ofSeconds(60))
                      .withThrowableThat()
                      .withCauseInstanceOf(UnroutableException.class));
    }
  }

  @Test
  void namesThatAreTooLongAreRefusedBeforeAnythingIsSent() {
    String tooLong = "\u00e9".repeat(128);
    try (Postage postage = TestPostage.connect(broker)) {
      Receiver receiver = new Receiver();
      postage.processor(exchange.to(queue, "key")).handlers(receiver).start();
      Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
      String expected =
          "256 bytes, '" + "\u00e9".repeat(32) + "...' (expected: at most 255 bytes of UTF-8)";

      assertThatThrownBy(() -> exchange.withKey(tooLong)).hasMessage("routing key: " + expected);
      assertThatThrownBy(() -> Queue.named(tooLong)).hasMessage("queue name: " + expected);
      assertThatThrownBy(() -> Exchange.direct(tooLong)).hasMessage("exchange name: " + expected);
      assertThatThrownBy(() -> sender.message_count(1, key(tooLong)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("routing key: " + expected);
      sender.message_count(2, key("key")).join();

      assertThat(receiver.heard.next()).isEqualTo(2);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullsAreRefusedBeforeAnythingIsSent() {
    try (Postage postage = TestPostage.connect(broker)) {
      Receiver receiver = new Receiver();
      postage.processor(exchange.to(queue, "key")).handlers(receiver).start();
      Sender sender = postage.producer(Sender.class, exchange.withKey("key"));

      assertThatThrownBy(() -> sender.message_count(1, (SendOption) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("options: null among them");
      assertThatThrownBy(() -> key(null)).hasMessage("routingKey");
      assertThatThrownBy(() -> exchange.withKey(null)).hasMessage("routing key");
      assertThatThrownBy(() -> postage.processor(exchange.to(queue, "key")).handlers((Object) null))
          .hasMessage("handlers: null among them");
      sender.message_count(2).join();

      assertThat(receiver.heard.next()).isEqualTo(2);
    }
  }

  @Test
  void fullQueueThatRefusesIsANack() {
    try (Postage postage = TestPostage.connect(broker)) {
      Sender sender = senderToAFullQueue(postage);

      CompletableFuture<Void> sent = sender.message_count(2, timeout(Duration.ofSeconds(1)));

      assertThat(sent)
          .failsWithin(Duration.ofSeconds(60))
          .withThrowableThat()
          .withMessageContaining("perhaps since a queue is full")
          .havingCause()
          .isInstanceOfSatisfying(
              NackedException.class, nacked -> assertThat(nacked.tries()).isBetween(2, 6));
    }
  }

  @Test
  void messageThatAFullQueueRefusedIsSentAgainUntilThereIsRoom() throws Exception {
    try (Postage postage = TestPostage.connect(broker);
        Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      Sender sender = senderToAFullQueue(postage);

      CompletableFuture<Void> refused = sender.message_count(2, timeout(Duration.ofMinutes(2)));
      assertThat(sender.message_count(3, timeout(Duration.ofMillis(200))))
          .failsWithin(Duration.ofSeconds(20));
      assertThat(refused).isNotDone();
      channel.queuePurge(queue);

      assertThat(refused).succeedsWithin(Duration.ofSeconds(60));
      GetResponse arrived = channel.basicGet(queue, true);
      assertThat(new String(arrived.getBody(), StandardCharsets.UTF_8))
          .containsPattern("\"parameters\" ?: ?2\\b");
    }
  }

  private Sender senderToAFullQueue(Postage postage) {
    Queue full =
        Queue.named(queue)
            .withArgument("x-max-length", 1)
            .withArgument("x-overflow", "reject-publish");
    // Binds the queue and takes nothing from it.
    postage.processor(exchange.to(full, "key")).handlers(new Receiver()).start().close();
    Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
    // RabbitMQ takes one more than it is told.
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Void> ignored = sender.message_count(i, timeout(Duration.ofMillis(200)));
      await().until(ignored::isDone);
    }
    return sender;
  }
}
