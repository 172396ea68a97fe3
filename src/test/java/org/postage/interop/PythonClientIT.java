package org.postage.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Heard;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.Filter;
import org.postage.handler.FilterException;
import org.postage.handler.MessageFilter;
import org.postage.handler.RejectMessage;
import org.postage.handler.Replier;
import org.postage.handler.RpcHandler;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** Python asks and Java answers. */
@RabbitMq
@Timeout(600)
class PythonClientIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("python-client"));

  PythonClientIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void returnedValueIsASuccessWithoutFingerprint() {
    class Server {
      @RpcHandler("sum")
      int sum(int a, int b) {
        return a + b;
      }
    }
    start(new Server());

    JsonNode reply = call("sum", "{\"a\": 5, \"b\": 6}");

    assertThat(reply)
        .isEqualTo(
            Seen.json(
                """
                {"type": "result", "name": "none", "category": "message", "version": "2", "fingerprint": {},
                 "content": {"type": "success", "value": 11, "message": ""}, "_reserved": {}}\
                """));
  }

  @Test
  void errorResultIsAnErrorReplyWithNullForItsValue() {
    class Server {
      @RpcHandler("fail")
      Result fail() {
        return Result.error("bad luck");
      }
    }
    start(new Server());

    assertThat(call("fail", "{}").get("content"))
        .isEqualTo(Seen.json("{\"type\": \"error\", \"value\": null, \"message\": \"bad luck\"}"));
  }

  @Test
  void thrownExceptionIsAnExceptionReplyWithItsSimpleName() {
    class Server {
      @RpcHandler("crash")
      int crash() {
        throw new IllegalArgumentException("boom");
      }
    }
    start(new Server());

    assertThat(call("crash", "{}").get("content"))
        .isEqualTo(
            Seen.json(
                "{\"type\": \"exception\", \"value\": \"IllegalArgumentException\", \"message\":"
                    + " \"boom\"}"));
  }

  @Test
  void rejectedRequestGetsAnErrorReply() {
    class Server {
      @RpcHandler("reject")
      int reject() {
        throw new RejectMessage("not today");
      }
    }
    start(new Server());

    assertThat(call("reject", "{}").get("content"))
        .isEqualTo(Seen.json("{\"type\": \"error\", \"value\": null, \"message\": \"not today\"}"));
  }

  @Test
  void requestWithoutHandlerGetsAnErrorReplyAtOnce() {
    class Server {
      @RpcHandler("other")
      int other() {
        return 1;
      }
    }
    start(new Server());

    assertThat(call("echo", "{}").get("content"))
        .isEqualTo(
            Seen.json(
                "{\"type\": \"error\", \"value\": null, \"message\": \"no handler for request"
                    + " 'echo'\"}"));
  }

  @Test
  void requestThatAFilterRefusesGetsAnErrorReplyAtOnce() {
    class Server {
      @RpcHandler("echo")
      @MessageFilter(Nobody.class)
      int echo() {
        return 1;
      }
    }
    start(new Server());

    assertThat(call("echo", "{}").get("content"))
        .isEqualTo(
            Seen.json(
                "{\"type\": \"error\", \"value\": null, \"message\": \"refused by a filter: nobody"
                    + " may\"}"));
  }

  /** Refuses every message. */
  static final class Nobody implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      throw new FilterException("nobody may");
    }
  }

  @Test
  void wrongParameterTypeGetsAnErrorReplyThatSaysWhere() {
    class Server {
      @RpcHandler("sum")
      int sum(int a, int b) {
        return a + b;
      }
    }
    start(new Server());

    JsonNode content = call("sum", "{\"a\": 5, \"b\": \"six\"}").get("content");

    assertThat(content.get("type").textValue()).isEqualTo("error");
    assertThat(content.get("message").textValue())
        .isEqualTo("$.content.parameters.b: 'six' (expected: int)");
  }

  @Test
  void valueThatJsonCannotHoldIsAnExceptionReply() {
    class Server {
      @RpcHandler("nan")
      double nan() {
        return Double.NaN;
      }
    }
    start(new Server());

    JsonNode content = call("nan", "{}").get("content");

    assertThat(content.get("type").textValue()).isEqualTo("exception");
    assertThat(content.get("value").textValue()).isEqualTo("EncodingException");
  }

  @Test
  void unansweredRequestIsSentAgainAndEndsAsATimeoutOfPython() {
    class Server {
      final Heard<Boolean> heard = new Heard<>();

      @RpcHandler("silent")
      void silent(Replier replier) {
        heard.add(replier.isAnswered());
      }
    }
    Server server = new Server();
    start(server);

    JsonNode content = call("silent", "{}", "--timeout", "0.3", "--max-retry", "2").get("content");

    assertThat(content.get("type").textValue()).isEqualTo("exception");
    assertThat(content.get("value").textValue()).isEqualTo("TimeoutError");
    assertThat(server.heard.next(3)).containsExactly(false, false, false);
    assertThat(server.heard.size()).isZero();
  }

  @Test
  void answerToACallerThatLostPatienceHarmsNobody() throws Exception {
    class Server {
      final CountDownLatch gaveUp = new CountDownLatch(1);

      @RpcHandler("slow")
      int slow() throws InterruptedException {
        return gaveUp.await(60, TimeUnit.SECONDS) ? 1 : 0;
      }

      @RpcHandler("echo")
      @Nullable Object echo(@Nullable Object value) {
        return value;
      }
    }
    Server server = new Server();
    start(server);

    call("slow", "{}", "--timeout", "0.3", "--max-retry", "0");
    server.gaveUp.countDown();

    assertThat(call("echo", "\"next\"").at("/content/value").textValue()).isEqualTo("next");
  }

  @Test
  void fiftyRequestsAtOnceEachGetTheirOwnAnswer() {
    class Server {
      @RpcHandler("square")
      Map<String, Integer> square(int number) {
        return Map.of("of", number, "is", number * number);
      }
    }
    postage
        .processor(exchange.to("queue-concurrent", "key"))
        .handlers(new Server())
        .concurrency(8)
        .start();

    List<JsonNode> values = new ArrayList<>();
    try (PythonPeer python =
        PythonPeer.start(
            broker,
            "call",
            exchange.name(),
            "key",
            "square",
            "%i",
            "--count",
            "50",
            "--concurrent")) {
      for (int i = 0; i < 50; i++) {
        values.add(Seen.by(python).at("/content/value"));
      }
    }

    // The peer prints the replies in the order of its requests.
    assertThat(values)
        .containsExactlyElementsOf(
            IntStream.range(0, 50)
                .mapToObj(i -> Seen.json("{\"of\": %d, \"is\": %d}".formatted(i, i * i)))
                .toList());
  }

  private void start(Object server) {
    postage.processor(exchange.to(TestPostage.unique("queue"), "key")).handlers(server).start();
  }

  private JsonNode call(String name, String parameters, String... options) {
    String[] arguments =
        Stream.concat(Stream.of(exchange.name(), "key", name, parameters), Stream.of(options))
            .toArray(String[]::new);
    try (PythonPeer python = PythonPeer.start(broker, "call", arguments)) {
      JsonNode reply = Seen.by(python);
      assertThat(python.waitFor(LIMIT)).isZero();
      return reply;
    }
  }
}
