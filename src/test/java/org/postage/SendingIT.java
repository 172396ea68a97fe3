package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.producer.SendOption.key;
import static org.postage.producer.SendOption.to;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postage.handler.MessageHandler;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.TextFile;
import org.postage.producer.Publication;
import org.postage.producer.SendOption;
import org.postage.producer.Status;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.transport.Delivery;
import org.postage.transport.UnroutableException;

/** Messages from a producer to a handler. */
@RabbitMq
@Timeout(600)
class SendingIT {
  private static final class Receiver {
    final Heard<Message> heard = new Heard<>();
    final Heard<String> keys = new Heard<>();

    @MessageHandler(value = MessageHandler.ANY, type = MessageHandler.ANY)
    void any(Message message, Delivery delivery) {
      heard.add(message);
      keys.add(delivery.exchange() + ":" + delivery.routingKey());
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("sending"));
  private final Receiver receiver = new Receiver();

  SendingIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private Receiver listen(String... routingKeys) {
    MessageProcessor.Builder processor = postage.processor().handlers(receiver);
    for (String routingKey : routingKeys) {
      processor.bind(exchange.to(exchange.name() + "-queue", routingKey));
    }
    processor.start();
    return receiver;
  }

  @Test
  void voidMethodSendsInTheBackground() {
    interface Sender {
      void message_echo(String text);
    }
    listen("key");

    postage.producer(Sender.class, exchange.withKey("key")).message_echo("x");

    assertThat(postage.flush(Duration.ofSeconds(60))).isTrue();
    Message message = receiver.heard.next();
    assertThat(message.name()).isEqualTo("echo");
    assertThat(message.parameters()).isEqualTo("x");
  }

  @Test
  void futureIsDoneWhenTheBrokerHasTheMessage() {
    interface Sender {
      CompletableFuture<Void> messageEcho(String text);
    }
    listen("key");

    postage.producer(Sender.class, exchange.withKey("key")).messageEcho("x").join();

    assertThat(receiver.heard.next().parameters()).isEqualTo("x");
  }

  @Test
  void commandThatNobodyListensToFailsTheFutureAndIsToldToTheCallback() {
    interface Sender {
      CompletableFuture<Void> message_later();

      void message_now();
    }
    Heard<Publication> failed = new Heard<>();
    Heard<Throwable> failures = new Heard<>();
    try (Postage telling =
        TestPostage.builder(broker)
            .onSendFailure(
                (publication, failure) -> {
                  failed.add(publication);
                  failures.add(failure);
                })
            .connect()) {
      Sender sender = telling.producer(Sender.class, exchange.withKey("nobody"));

      assertThatThrownBy(() -> sender.message_later().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(UnroutableException.class);
      sender.message_now();

      assertThat(failed.next().message().name()).isEqualTo("now");
      assertThat(failures.next()).isInstanceOf(UnroutableException.class);
    }
  }

  @Test
  void statusAndBareMessageThatNobodyListensToAreNoFailure() {
    interface Sender {
      @Status("online")
      CompletableFuture<Void> online();
    }

    postage.producer(Sender.class, exchange.withKey("nobody")).online().join();

    assertThat(
            postage
                .genericProducer(exchange.withKey("nobody"))
                .sendAsync(Message.bare(List.of(1), Map.of())))
        .succeedsWithin(Duration.ofSeconds(60));
  }

  @Test
  void keyOfACallGoesToTheFirstExchangeAndDestinationsOfACallWinOverIt() {
    interface Sender {
      void message_echo(String text, SendOption... options);
    }
    Exchange second = Exchange.direct(exchange.name() + "-second");
    listen("standard", "other", "third");
    Sender sender =
        postage.producer(Sender.class, exchange.withKey("standard"), second.withKey("nobody"));

    sender.message_echo("a", key("other"));
    sender.message_echo("b", to(exchange.withKey("third")));
    sender.message_echo("c", key("other"), to(exchange.withKey("third")));

    assertThat(receiver.keys.next(3))
        .containsExactly(
            exchange.name() + ":other", exchange.name() + ":third", exchange.name() + ":third");
  }

  @Test
  void messageGoesToEveryDestinationAndARequestToTheFirstOnly() {
    interface Sender {
      void message_echo(String text);

      CompletableFuture<Object> rpc_ask();
    }
    listen("one", "two");
    Sender sender =
        postage.producer(Sender.class, exchange.withKey("one"), exchange.withKey("two"));

    sender.message_echo("x");
    assertThat(receiver.keys.next(2))
        .containsExactlyInAnyOrder(exchange.name() + ":one", exchange.name() + ":two");

    assertThatThrownBy(() -> sender.rpc_ask().join()).hasMessageContaining("no handler");
    assertThat(receiver.keys.size()).isZero();
  }

  @Test
  void untypedProducerSendsForwardsAndKnowsWhenTheBrokerHasIt() {
    listen("key");
    try (Postage named = TestPostage.builder(broker).fingerprint("me", "tester").connect()) {
      GenericProducer producer = named.genericProducer(exchange.withKey("key"));

      producer.message(List.of(1), Map.of("a", "b"));
      producer.send(Message.of(MessageCategory.MESSAGE, "weather", "sunny", Map.of("c", 21)));
      producer.sendAsync(Message.status("online")).join();
      Fingerprint another = Fingerprint.of("another");
      producer.forward(Message.command("echo").withFingerprint(another.asMap()));

      List<Message> heard = receiver.heard.next(4);
      assertThat(heard.get(0).content())
          .isEqualTo(Map.of("args", List.of(1), "kwds", Map.of("a", "b")));
      assertThat(heard.get(1).type()).isEqualTo("weather");
      assertThat(heard.get(1).content()).isEqualTo(Map.of("c", 21));
      assertThat(heard.subList(0, 3)).allMatch(message -> message.sender().name().equals("me"));
      assertThat(heard.get(3).sender()).isEqualTo(another);
    }
  }

  @Test
  void builderMethodOfTheInterfaceMakesTheMessage() {
    interface Sender {
      void message_report(int number);

      @SuppressWarnings("UnusedMethod") // Found by its name.
      default Message build_message_report(int number) {
        return Message.of(MessageCategory.MESSAGE, "report", "daily", Map.of("number", number * 2));
      }
    }
    listen("key");

    postage.producer(Sender.class, exchange.withKey("key")).message_report(21);

    Message message = receiver.heard.next();
    assertThat(message.type()).isEqualTo("report");
    assertThat(message.content()).isEqualTo(Map.of("number", 42));
  }

  @Test
  void fingerprintOfTheProducerWinsOverThatOfThePostage() {
    interface Sender {
      void message_echo();
    }
    listen("key");
    Fingerprint mine = Fingerprint.of("mine", "special").withVhost("elsewhere");

    postage.producer(Sender.class, mine, exchange.withKey("key")).message_echo();

    assertThat(receiver.heard.next().sender()).isEqualTo(mine);
  }

  @Test
  void textFileArrivesLineByLineAndIsReadAsOne(@TempDir Path directory) throws Exception {
    interface Sender {
      void message_file(TextFile file);
    }
    class FileReceiver {
      final Heard<TextFile> heard = new Heard<>();

      @MessageHandler("file")
      void file(TextFile file) {
        heard.add(file);
      }
    }
    FileReceiver files = new FileReceiver();
    listen("key");
    postage.processor(exchange.to(exchange.name() + "-files", "key")).handlers(files).start();
    Path file = Files.writeString(directory.resolve("poem.txt"), "h\u00e9llo\r\nworld\n\nend");

    postage.producer(Sender.class, exchange.withKey("key")).message_file(TextFile.read(file));

    TextFile received = files.heard.next();
    assertThat(received.text()).isEqualTo("h\u00e9llo\r\nworld\n\nend");
    assertThat(receiver.heard.next().parameters())
        .isEqualTo(
            Map.of(
                "name", "poem.txt", "content", List.of("h\u00e9llo\r\n", "world\n", "\n", "end")));
  }

  @Test
  void messagesOfOneThreadArriveInTheirOrderAlsoBeyondTheWindow() {
    interface Sender {
      void message_count(@Nullable Integer number);
    }
    listen("key");
    Sender sender = postage.producer(Sender.class, exchange.withKey("key"));

    IntStream.range(0, 3000).forEach(sender::message_count);

    assertThat(receiver.heard.next(3000).stream().map(Message::parameters))
        .containsExactlyElementsOf(IntStream.range(0, 3000).boxed().toList());
  }

  @Test
  void interceptorsSeeAndChangeWhatIsSentInTheirOrder() {
    interface Sender {
      void message_echo();
    }
    listen("key");
    try (Postage intercepted =
        TestPostage.builder(broker)
            .interceptOutgoing(
                (publication, next) ->
                    next.proceed(
                        publication.withMessage(
                            publication.message().withName(publication.message().name() + "-1"))))
            .interceptOutgoing(
                (publication, next) ->
                    next.proceed(
                        publication.withMessage(
                            publication.message().withName(publication.message().name() + "-2"))))
            .connect()) {
      intercepted.producer(Sender.class, exchange.withKey("key")).message_echo();
    }

    assertThat(receiver.heard.next().name()).isEqualTo("echo-1-2");
  }
}
