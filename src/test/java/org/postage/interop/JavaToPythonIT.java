package org.postage.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.GenericProducer;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.producer.Status;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** What Java sends, as Python sees it. */
@RabbitMq
@Timeout(600)
class JavaToPythonIT {
  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("java-to-python"));

  JavaToPythonIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.builder(broker).fingerprint("sender", "application").connect();
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void commandHasTheDocumentedKeysInTheirOrderAndNoReplyTo() {
    interface Sender {
      void message_echo(String text);
    }
    try (PythonPeer python = receive("queue-command")) {
      postage.producer(Sender.class, exchange.withKey("key")).message_echo("hi");

      JsonNode seen = Seen.by(python);

      assertThat(names(seen.get("body")))
          .containsExactly(
              "type", "name", "category", "version", "fingerprint", "content", "_reserved");
      assertThat(seen.at("/body/type").textValue()).isEqualTo("command");
      assertThat(seen.at("/body/name").textValue()).isEqualTo("echo");
      assertThat(seen.at("/body/category").textValue()).isEqualTo("message");
      assertThat(seen.at("/body/version").textValue()).isEqualTo("2");
      assertThat(seen.at("/body/content")).isEqualTo(Seen.json("{\"parameters\": \"hi\"}"));
      assertThat(seen.at("/body/_reserved")).isEqualTo(Seen.json("{}"));
      assertThat(seen.at("/properties/content_type").textValue()).isEqualTo("application/json");
      assertThat(names(seen.get("properties")))
          .contains("message_id")
          .doesNotContain("reply_to", "correlation_id", "content_encoding", "headers");
      assertThat(seen.get("exchange").textValue()).isEqualTo(exchange.name());
      assertThat(seen.get("routing_key").textValue()).isEqualTo("key");
    }
  }

  @Test
  void fingerprintTellsSenderAndProcessAllAsText() {
    interface Sender {
      void message_echo();
    }
    try (PythonPeer python = receive("queue-fingerprint")) {
      postage.producer(Sender.class, exchange.withKey("key")).message_echo();

      JsonNode seen = Seen.by(python).at("/body/fingerprint");

      assertThat(names(seen)).containsExactly("name", "type", "pid", "host", "user", "vhost");
      assertThat(seen).allMatch(JsonNode::isTextual);
      assertThat(seen.get("name").textValue()).isEqualTo("sender");
      assertThat(seen.get("type").textValue()).isEqualTo("application");
      assertThat(seen.get("pid").textValue()).isEqualTo("" + ProcessHandle.current().pid());
      assertThat(seen.get("vhost").textValue()).isEqualTo(broker.vhost());
    }
  }

  @Test
  void statusHasNoContentAndTheStatusForItsName() {
    interface Sender {
      @Status
      void online();
    }
    try (PythonPeer python = receive("queue-status")) {
      postage.producer(Sender.class, exchange.withKey("key")).online();

      JsonNode body = Seen.by(python).get("body");

      assertThat(body.get("type").textValue()).isEqualTo("status");
      assertThat(body.get("name").textValue()).isEqualTo("online");
      assertThat(body.get("content")).isEqualTo(Seen.json("{}"));
    }
  }

  @Test
  void bareMessageHasOnlyTheArgumentsThatWereGiven() {
    GenericProducer producer = postage.genericProducer(exchange.withKey("key"));
    try (PythonPeer python = receive("queue-bare")) {
      producer.message(List.of(1, "str"), Map.of("values", List.of(1, 2.5)));
      producer.message(List.of(), Map.of());

      JsonNode both = Seen.by(python).get("body");
      JsonNode none = Seen.by(python).get("body");

      assertThat(both.get("type").textValue()).isEqualTo("none");
      assertThat(both.get("name").textValue()).isEqualTo("none");
      assertThat(both.get("content"))
          .isEqualTo(Seen.json("{\"args\": [1, \"str\"], \"kwds\": {\"values\": [1, 2.5]}}"));
      assertThat(none.get("content")).isEqualTo(Seen.json("{}"));
    }
  }

  @Test
  void severalParametersAreADictionaryAndNoneIsAnEmptyOne() {
    interface Sender {
      void message_sum(int a, @Nullable Integer b);

      void message_none();
    }
    Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
    try (PythonPeer python = receive("queue-parameters")) {
      sender.message_sum(5, null);
      sender.message_none();

      assertThat(Seen.by(python).at("/body/content/parameters"))
          .isEqualTo(Seen.json("{\"a\": 5, \"b\": null}"));
      assertThat(Seen.by(python).at("/body/content/parameters")).isEqualTo(Seen.json("{}"));
    }
  }

  @Test
  void textOutsideAsciiArrivesAsItWas() {
    interface Sender {
      void message_echo(String text);
    }
    String text = "h\u00e9 \u2603 \ud83d\ude00 \u0000 \" \\ \u2028 \ud800";
    try (PythonPeer python = receive("queue-unicode")) {
      postage.producer(Sender.class, exchange.withKey("key")).message_echo(text);

      assertThat(Seen.by(python).at("/body/content/parameters").textValue()).isEqualTo(text);
    }
  }

  @Test
  void forwardedBodyKeepsTheFingerprintThatItHas() {
    GenericProducer producer = postage.genericProducer(exchange.withKey("key"));
    Fingerprint another = Fingerprint.of("somebody else");
    try (PythonPeer python = receive("queue-forward")) {
      producer.forward(
          MessageFormat.toMap(Message.command("echo", 1).withFingerprint(another.asMap())));

      assertThat(Seen.by(python).at("/body/fingerprint/name").textValue())
          .isEqualTo("somebody else");
    }
  }

  @Test
  void manyMessagesArriveInTheirOrder() {
    interface Sender {
      void message_count(int number);
    }
    Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
    try (PythonPeer python = receive("queue-order")) {
      IntStream.range(0, 200).forEach(sender::message_count);

      List<Integer> seen = new ArrayList<>();
      while (seen.size() < 200) {
        seen.add(Seen.by(python).at("/body/content/parameters").intValue());
      }

      assertThat(seen).containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
    }
  }

  @Test
  void requestHasAServerNamedReplyAddress() {
    interface Caller {
      java.util.concurrent.CompletableFuture<Integer> rpc_count(int number);
    }
    try (PythonPeer python = receive("queue-request")) {
      var unused = postage.producer(Caller.class, exchange.withKey("key")).rpc_count(7);

      JsonNode seen = Seen.by(python);

      assertThat(seen.at("/body/category").textValue()).isEqualTo("rpc");
      assertThat(seen.at("/body/type").textValue()).isEqualTo("command");
      assertThat(seen.at("/body/content/parameters").intValue()).isEqualTo(7);
      assertThat(seen.at("/properties/reply_to").textValue()).startsWith("amq.gen-");
    }
  }

  private PythonPeer receive(String queue) {
    return PythonPeer.start(broker, "receive", exchange.name(), queue + ":key");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
