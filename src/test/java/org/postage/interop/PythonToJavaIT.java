package org.postage.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Heard;
import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.MessageHandler;
import org.postage.handler.MessageHandlerFullBody;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.transport.Delivery;

/** What Python sends, as Java handles it. */
@RabbitMq
@Timeout(600)
class PythonToJavaIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("python-to-java"));
  private final String queue = TestPostage.unique("queue");

  PythonToJavaIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void commandIsHandledWithItsSenderAndWithoutAnyAmqpProperties() {
    record Call(String text, Fingerprint sender, Delivery delivery) {}
    class Receiver {
      final Heard<Call> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(String text, Fingerprint sender, Delivery delivery) {
        heard.add(new Call(text, sender, delivery));
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    send("send-command", "echo", "\"h\u00e9 \u2603\"", "--name", "peer", "--type", "controller");

    Call call = receiver.heard.next();
    assertThat(call.text).isEqualTo("h\u00e9 \u2603");
    assertThat(call.sender.name()).isEqualTo("peer");
    assertThat(call.sender.type()).isEqualTo("controller");
    assertThat(call.sender.vhost()).isEqualTo(broker.vhost());
    assertThat(call.delivery.message().contentType()).isEqualTo("application/json");
    assertThat(call.delivery.message().messageId()).isNull();
    assertThat(call.delivery.message().isPersistent()).isFalse();
  }

  @Test
  void senderWithoutANameIsCalledNone() {
    class Receiver {
      final Heard<Fingerprint> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(Fingerprint sender) {
        heard.add(sender);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    send("send-command", "echo");

    assertThat(receiver.heard.next().asList())
        .startsWith(Fingerprint.UNKNOWN, Fingerprint.UNKNOWN)
        .endsWith(broker.vhost());
  }

  @Test
  void statusIsHandledByItsTypeAndName() {
    class Receiver {
      final Heard<Message> heard = new Heard<>();

      @MessageHandler(value = "online", type = "status")
      void online(Message message) {
        heard.add(message);
      }

      @MessageHandler("online")
      void command() {
        throw new AssertionError("a status is no command");
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    send("send-status", "online");

    Message message = receiver.heard.next();
    assertThat(message.type()).isEqualTo("status");
    assertThat(message.content()).isEmpty();
  }

  @Test
  void bareMessageMayHoldNaNAndInfinity() {
    record Content(List<Object> args, Map<String, Object> kwds) {}
    class Receiver {
      final Heard<Content> heard = new Heard<>();

      @MessageHandler(value = "none", type = "none")
      void bare(Content content) {
        heard.add(content);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    try (PythonPeer python =
        PythonPeer.start(
            broker,
            "send-bare",
            exchange.name(),
            "key",
            "[1, \"str\"]",
            "{\"values\": [1, 2.5, NaN, -Infinity]}")) {
      assertThat(python.waitFor(LIMIT)).isZero();
    }

    Content content = receiver.heard.next();
    assertThat(content.args).containsExactly(1, "str");
    assertThat(content.kwds)
        .containsEntry("values", List.of(1, 2.5, Double.NaN, Double.NEGATIVE_INFINITY));
  }

  @Test
  void integersOfAnySizeAndLoneSurrogatesAreRead() {
    class Receiver {
      final Heard<Map<String, @Nullable Object>> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(Map<String, @Nullable Object> parameters) {
        heard.add(parameters);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    send(
        "send-command",
        "echo",
        "{\"big\": 1267650600228229401496703205376, \"half\": \"\\ud83d\"}");

    assertThat(receiver.heard.next())
        .containsEntry("big", BigInteger.TWO.pow(100))
        .containsEntry("half", "\ud83d");
  }

  @Test
  void manyMessagesAreHandledInTheirOrder() {
    class Receiver {
      final Heard<Integer> heard = new Heard<>();

      @MessageHandler("count")
      void count(int number) {
        heard.add(number);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    send("send-command", "count", "%i", "--count", "200");

    assertThat(receiver.heard.next(200))
        .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
  }

  @Test
  void keyOrderAndUnknownKeysDoNotMatterAndReservedIsCarriedThrough() {
    class Receiver {
      final Heard<Map<String, @Nullable Object>> heard = new Heard<>();

      @MessageHandlerFullBody("echo")
      void echo(Map<String, @Nullable Object> body) {
        heard.add(body);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    forward(
        """
        {"_reserved": {"a": 1}, "more": 1, "content": {"parameters": null}, "version": "2",
         "fingerprint": {}, "category": "message", "name": "echo", "type": "command"}\
        """);

    assertThat(receiver.heard.next())
        .containsEntry("_reserved", Map.of("a", 1))
        .containsEntry("type", "command")
        .doesNotContainKey("more");
  }

  @Test
  void bodyThatIsNoJsonHarmsNoFurtherMessage() {
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(String text) {
        heard.add(text);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    forward("this is no JSON");
    forward("[1, 2]");
    send("send-command", "echo", "\"good\"");

    assertThat(receiver.heard.next()).isEqualTo("good");
  }

  @Test
  void quitEndsTheProcessorAfterTheMessageBeforeItAndLeavesTheOneBehindItInTheQueue() {
    class Receiver {
      final Heard<Integer> heard = new Heard<>();

      @MessageHandler("count")
      void count(int number) {
        heard.add(number);
      }
    }
    Receiver receiver = new Receiver();
    MessageProcessor processor = start(receiver);

    send("send-command", "count", "1");
    send("send-command", "quit");
    assertThat(processor.join(LIMIT)).isTrue();
    send("send-command", "count", "2");

    assertThat(receiver.heard.next()).isEqualTo(1);
    assertThat(processor.isConsuming()).isFalse();
    try (PythonPeer python =
        PythonPeer.start(broker, "receive", exchange.name(), queue + ":key", "--limit", "1")) {
      assertThat(Seen.by(python).at("/body/content/parameters").intValue()).isEqualTo(2);
    }
    assertThat(receiver.heard.size()).isZero();
  }

  private MessageProcessor start(Object receiver) {
    return postage.processor(exchange.to(queue, "key")).handlers(receiver).start();
  }

  private void forward(String body) {
    run("forward", exchange.name(), "key", body);
  }

  private void send(String program, String name, String... arguments) {
    String[] all = new String[3 + arguments.length];
    all[0] = exchange.name();
    all[1] = "key";
    all[2] = name;
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    run(program, all);
  }

  private void run(String program, String... arguments) {
    try (PythonPeer python = PythonPeer.start(broker, program, arguments)) {
      assertThat(python.waitFor(LIMIT)).as(python.errorText()).isZero();
    }
  }
}
