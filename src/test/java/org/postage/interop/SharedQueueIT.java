package org.postage.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Heard;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** A Java and a Python consumer side by side. */
@RabbitMq
@Timeout(600)
class SharedQueueIT {
  interface Sender {
    void message_count(int number);

    int rpc_echo(int number);
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("shared"));
  private final String queue = TestPostage.unique("shared");

  SharedQueueIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void consumersOfOneQueueEachGetSomeAndTogetherAllOnce() {
    class Receiver {
      final Heard<Integer> heard = new Heard<>();

      @MessageHandler("count")
      void count(int number) {
        heard.add(number);
      }
    }
    Receiver receiver = new Receiver();
    Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
    try (PythonPeer python = PythonPeer.start(broker, "receive", exchange.name(), queue + ":key")) {
      postage.processor(exchange.to(queue, "key")).handlers(receiver).prefetch(1).start();

      IntStream.range(0, 100).forEach(sender::message_count);

      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> receiver.heard.size() + seen(python).size() == 100);
      List<Integer> java = receiver.heard.next(receiver.heard.size());
      assertThat(java).isNotEmpty();
      assertThat(seen(python)).isNotEmpty();
      assertThat(Stream.concat(java.stream(), seen(python).stream()))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).boxed().toList());
    }
  }

  @Test
  void consumersOfOneKeyOnTheirOwnQueuesEachGetAll() {
    class Receiver {
      final Heard<Integer> heard = new Heard<>();

      @MessageHandler("count")
      void count(int number) {
        heard.add(number);
      }
    }
    Receiver receiver = new Receiver();
    Sender sender = postage.producer(Sender.class, exchange.withKey("fanout"));
    postage.processor(exchange.to(queue + "-java", "fanout")).handlers(receiver).start();
    try (PythonPeer python =
        PythonPeer.start(broker, "receive", exchange.name(), queue + "-python:fanout")) {

      IntStream.range(0, 20).forEach(sender::message_count);

      assertThat(receiver.heard.next(20))
          .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(seen(python))
                      .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList()));
    }
  }

  @Test
  void callsThatAreAnsweredByEitherSideAllGetTheirOwnReply() {
    class Server {
      final Heard<Integer> heard = new Heard<>();

      @RpcHandler("echo")
      int echo(int number) {
        heard.add(number);
        return number;
      }
    }
    Server server = new Server();
    Sender sender = postage.producer(Sender.class, exchange.withKey("key"));
    postage.processor(exchange.to(queue, "key")).handlers(server).prefetch(1).start();
    // The first answers are Java's, whose addresses are used again: what comes to them from Python
    // counts for nothing.
    IntStream.range(0, 5).forEach(sender::rpc_echo);
    try (PythonPeer python = PythonPeer.start(broker, "serve", exchange.name(), queue + ":key")) {

      List<Integer> answers = IntStream.range(0, 60).map(sender::rpc_echo).boxed().toList();

      assertThat(answers).containsExactlyElementsOf(IntStream.range(0, 60).boxed().toList());
      assertThat(seen(python)).isNotEmpty();
      assertThat(server.heard.size()).isGreaterThan(5);
    }
  }

  private static List<Integer> seen(PythonPeer python) {
    return python.allLines().stream()
        .filter(line -> !line.equals(PythonPeer.READY))
        .map(Seen::json)
        .map((JsonNode delivery) -> delivery.at("/body/content/parameters").intValue())
        .toList();
  }
}
