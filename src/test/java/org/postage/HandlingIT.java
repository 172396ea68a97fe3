package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.Filter;
import org.postage.handler.FilterException;
import org.postage.handler.Handler;
import org.postage.handler.MessageFilter;
import org.postage.handler.MessageHandler;
import org.postage.handler.MessageHandlerFullBody;
import org.postage.handler.Processor;
import org.postage.handler.RpcHandler;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** From a queue to handlers, of each kind that there is. */
@RabbitMq
@Timeout(600)
class HandlingIT {
  interface Sender {
    void message_echo(String text, SendOption... options);

    void message_count(int number, SendOption... options);

    String rpc_ask(String text);
  }

  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("handling"));
  private final Sender sender;

  HandlingIT(RabbitMqBroker broker) {
    postage = TestPostage.builder(broker).fingerprint("the sender", "tester").connect();
    sender = postage.producer(Sender.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private MessageProcessor start(Object... handlers) {
    return postage
        .processor(exchange.to(TestPostage.unique("queue"), "key"))
        .handlers(handlers)
        .start();
  }

  @Test
  void handlerGetsPayloadSenderMessageAndProcessorByType() {
    record Got(String text, Fingerprint sender, Message message, String processor) {}
    class Receiver {
      final Heard<Got> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(Processor processor, Message message, String text, Fingerprint from) {
        heard.add(new Got(text, from, message, processor.name()));
      }
    }
    Receiver receiver = new Receiver();
    postage
        .processor(exchange.to(TestPostage.unique("queue"), "key"))
        .handlers(receiver)
        .name("the-processor")
        .start();

    sender.message_echo("x");

    Got got = receiver.heard.next();
    assertThat(got.text).isEqualTo("x");
    assertThat(got.sender).isEqualTo(postage.fingerprint());
    assertThat(got.message.name()).isEqualTo("echo");
    assertThat(got.processor).isEqualTo("the-processor");
  }

  @Test
  void allHandlersOfAMessageRunAlsoThoseForAnyNameOrType() {
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void first(String text) {
        heard.add("first " + text);
      }

      @MessageHandler("echo")
      void second(String text) {
        heard.add("second " + text);
      }

      @MessageHandler(MessageHandler.ANY)
      void anyName(Message message) {
        heard.add("any name " + message.name());
      }

      @MessageHandler(value = "echo", type = MessageHandler.ANY)
      void anyType(Message message) {
        heard.add("any type " + message.type());
      }

      @MessageHandler("other")
      void other() {
        heard.add("other");
      }
    }
    class Another {
      final Heard<Map<String, @Nullable Object>> heard = new Heard<>();

      @MessageHandlerFullBody("echo")
      void whole(Map<String, @Nullable Object> body) {
        heard.add(body);
      }
    }
    Receiver receiver = new Receiver();
    Another another = new Another();
    start(receiver, another);

    sender.message_echo("x");

    assertThat(receiver.heard.next(4))
        .containsExactlyInAnyOrder("first x", "second x", "any name echo", "any type command");
    assertThat(another.heard.next())
        .containsEntry("content", Map.of("parameters", "x"))
        .containsEntry("version", "2");
    assertThat(receiver.heard.size()).isZero();
  }

  @Test
  void customTypesAreHandledByTypeAndNameWithTheirContent() {
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler(value = "sunny", type = "weather")
      void sunny(int degrees, String place) {
        heard.add(degrees + " " + place);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    postage
        .genericProducer(exchange.withKey("key"))
        .send(
            Message.of(
                MessageCategory.MESSAGE,
                "weather",
                "sunny",
                Map.of("degrees", 21, "place", "here")));

    assertThat(receiver.heard.next()).isEqualTo("21 here");
  }

  @Test
  void handlersAreInheritedAndOverridden() {
    class Base {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void inherited(String text) {
        heard.add("inherited " + text);
      }

      @RpcHandler("ask")
      String ask(String text) {
        return "base " + text;
      }
    }
    class Derived extends Base {
      @RpcHandler("ask")
      String answer(String text) {
        return "derived " + text;
      }
    }
    Derived derived = new Derived();
    start(derived);

    sender.message_echo("x");

    assertThat(sender.rpc_ask("y")).isEqualTo("derived y");
    assertThat(derived.heard.next()).isEqualTo("inherited x");
  }

  /** What the handler classes below note. */
  @SuppressWarnings({"UnusedNestedClass", "ClassCanBeStatic"}) // Found by their annotations.
  private static final class Notes {
    final Heard<String> heard = new Heard<>();

    @MessageHandler("echo")
    class Echo extends Handler {
      @Override
      public void call() {
        heard.add(processor().fingerprint().name() + " got " + data(String.class));
      }
    }

    @RpcHandler("ask")
    class Ask extends Handler {
      @Override
      public void call() {
        replier().reply(message().name() + " " + data(String.class));
      }
    }
  }

  @Test
  void handlerClassSeesDataProcessorAndReplier() {
    Notes notes = new Notes();
    start(notes);

    sender.message_echo("x");

    assertThat(sender.rpc_ask("y")).isEqualTo("ask y");
    assertThat(notes.heard.next()).isEqualTo("the sender got x");
  }

  /** Adds its parameters to the text. */
  static final class Appending implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      return message.withContent(
          Map.of("parameters", message.parameters() + String.join("", parameters)));
    }
  }

  /** Refuses some texts. */
  static final class Refusing implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      if (parameters.contains(String.valueOf(message.parameters()))) {
        throw new FilterException("not for this handler");
      }
      return message;
    }
  }

  @Test
  void filtersRunInTheirOrderOnACopyAndARefusalSkipsOneHandlerOnly() {
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      @MessageFilter(
          value = Appending.class,
          parameters = {"-a", "-b"})
      @MessageFilter(value = Appending.class, parameters = "-c")
      void filtered(String text) {
        heard.add("filtered " + text);
      }

      @MessageHandler("echo")
      @MessageFilter(value = Refusing.class, parameters = "bad")
      void picky(String text) {
        heard.add("picky " + text);
      }

      @MessageHandler("echo")
      void plain(String text) {
        heard.add("plain " + text);
      }
    }
    Receiver receiver = new Receiver();
    start(receiver);

    sender.message_echo("good");
    assertThat(receiver.heard.next(3))
        .containsExactlyInAnyOrder("filtered good-a-b-c", "picky good", "plain good");

    sender.message_echo("bad");
    assertThat(receiver.heard.next(2)).containsExactlyInAnyOrder("filtered bad-a-b-c", "plain bad");
    sender.message_echo("good");
    receiver.heard.next(3);
    assertThat(receiver.heard.size()).isZero();
  }

  @Test
  void receiversOfOneQueueTakeTurnsAndReceiversOfOneKeyAllGetTheMessage() {
    record Got(String receiver, int number) {}
    Heard<Got> heard = new Heard<>();
    class Receiver {
      final String name;

      Receiver(String name) {
        this.name = name;
      }

      @MessageHandler("count")
      void count(int number) {
        heard.add(new Got(name, number));
      }
    }
    for (String name : List.of("first", "second")) {
      postage
          .processor(
              exchange.to(exchange.name() + "-shared", "one-of"),
              exchange.to(exchange.name() + "-" + name, "all-of"))
          .handlers(new Receiver(name))
          .start();
    }

    IntStream.range(0, 50).forEach(i -> sender.message_count(i, SendOption.key("one-of")));
    List<Got> shared = heard.next(50);
    IntStream.range(0, 10).forEach(i -> sender.message_count(i, SendOption.key("all-of")));
    List<Got> copied = heard.next(20);

    assertThat(shared)
        .extracting(Got::number)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50).boxed().toList());
    assertThat(shared).extracting(Got::receiver).contains("first", "second");
    for (String name : List.of("first", "second")) {
      assertThat(copied)
          .filteredOn(got -> got.receiver.equals(name))
          .extracting(Got::number)
          .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
    }
  }

  @Test
  void queuesAreBoundAndUnboundAtRunTime() {
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(String text) {
        heard.add(text);
      }
    }
    Receiver receiver = new Receiver();
    MessageProcessor processor = start(receiver);
    var more = exchange.to(TestPostage.unique("more"), "more");

    processor.bind(more);
    sender.message_echo("bound", SendOption.key("more"));
    assertThat(receiver.heard.next()).isEqualTo("bound");

    processor.unbind(more);
    sender.message_echo("unbound", SendOption.key("more"));
    sender.message_echo("still here");
    assertThat(receiver.heard.next()).isEqualTo("still here");
  }

  @Test
  void messageThatNobodyHandlesIsAcknowledged() {
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(String text) {
        heard.add(text);
      }
    }
    Receiver receiver = new Receiver();
    postage
        .processor(exchange.to(TestPostage.unique("queue"), "key"))
        .handlers(receiver)
        .prefetch(1)
        .start();

    sender.message_count(1);
    sender.message_echo("next");

    assertThat(receiver.heard.next()).isEqualTo("next");
  }
}
