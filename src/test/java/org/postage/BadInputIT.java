package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.RejectMessage;
import org.postage.handler.RpcHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** Bodies that are no messages, and messages that fit no handler, among good ones. */
@RabbitMq
@Timeout(600)
class BadInputIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String JSON = "application/json";

  /** A body, its content type, and what is to be said about it. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
  private record Bad(byte[] body, @Nullable String contentType, String reason) {
    static Bad json(String body, String reason) {
      return new Bad(body.getBytes(StandardCharsets.UTF_8), JSON, reason);
    }
  }

  private static final class Server {
    final Heard<Integer> heard = new Heard<>();

    @MessageHandler("count")
    void count(int number) {
      heard.add(number);
    }

    @RpcHandler("count")
    int answer(int number) {
      heard.add(number);
      return number;
    }

    @SuppressWarnings("DoNotCallSuggester") // The library calls it.
    @MessageHandler("reject")
    void reject() {
      throw new RejectMessage("not\nthis\u001b[31m one");
    }

    @MessageHandler("fail")
    void fail() {
      throw new IllegalStateException("handler failed");
    }
  }

  private final Postage postage;
  private final Connection connection;
  private final Channel channel;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("bad-input"));
  private final String queue = TestPostage.unique("bad-input");
  private final Server server = new Server();

  BadInputIT(RabbitMqBroker broker) throws Exception {
    postage = TestPostage.connect(broker);
    connection = broker.connect();
    channel = connection.createChannel();
  }

  @BeforeEach
  void start() throws IOException {
    channel.queueDeclare(dead(), false, false, false, null);
    postage
        .processor(
            exchange.to(
                Queue.named(queue)
                    .withArgument("x-dead-letter-exchange", "")
                    .withArgument("x-dead-letter-routing-key", dead()),
                "key"))
        .handlers(server)
        .name("bad-input")
        .start();
  }

  @AfterEach
  void close() throws IOException {
    connection.close();
    postage.close();
  }

  private String dead() {
    return queue + "-dead";
  }

  private static String message(String category, String name, String content) {
    return """
        {"type": "command", "name": "%s", "category": "%s", "version": "2", "fingerprint": {}, \
        "content": %s, "_reserved": {}}"""
        .formatted(name, category, content);
  }

  private static List<Bad> bad(String category) {
    String good = message(category, "count", "{\"parameters\": 1}");
    List<Bad> bad = new ArrayList<>();
    bad.add(Bad.json("", "not JSON"));
    bad.add(Bad.json("no JSON\r\n\u001b[31m\u0007", "not JSON"));
    bad.add(Bad.json(good.substring(0, good.length() - 1), "not JSON"));
    bad.add(Bad.json(good + "{}", "not JSON"));
    bad.add(Bad.json("[" + good + "]", "$: a list (expected: an object)"));
    bad.add(Bad.json("null", "$: null (expected: an object)"));
    bad.add(Bad.json("{}", "$.category: absent (expected: a string)"));
    bad.add(
        Bad.json(
            good.replace("\"" + category + "\"", "\"rcp\\n\\u001b\""),
            "(expected: 'message' or 'rpc')"));
    bad.add(Bad.json(good.replace("\"2\"", "\"3\""), "$.version: '3' (expected: the string '2')"));
    bad.add(
        Bad.json(good.replace("{\"parameters\": 1}", "7"), "$.content: 7 (expected: an object)"));
    bad.add(Bad.json(good.replace("\"name\"", "\"type\""), "not JSON"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": \"\\u001b[31mone\\n\"}"),
            "(expected: int)"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": 1.5}"),
            "$.content.parameters: 1.5 (expected: int)"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": 99999999999}"),
            "$.content.parameters: 99999999999 (expected: int)"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": null}"),
            "$.content.parameters: null (expected: int)"));
    bad.add(
        Bad.json(
            message(
                category, "count", "{\"parameters\": " + "[".repeat(5000) + "]".repeat(5000) + "}"),
            "nesting depth"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": " + "9".repeat(2000) + "}"), "length"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": \"" + "x".repeat(600_000) + "\"}"),
            "length"));
    bad.add(
        Bad.json(
            message(category, "count", "{\"parameters\": \"" + "x".repeat(2 << 20) + "\"}"),
            "(expected: at most 1048576)"));
    bad.add(
        new Bad(
            message(category, "count", "{\"parameters\": \"\u00e9\"}")
                .getBytes(StandardCharsets.ISO_8859_1),
            JSON,
            "not UTF-8"));
    bad.add(
        new Bad(
            good.getBytes(StandardCharsets.UTF_8),
            "text/x-\u001b[31mpython",
            "(expected: application/json, or none)"));
    return bad;
  }

  @Test
  void badMessagesAreRejectedWithALogLineNowAndThenAndAllGoodOnesAreHandled() throws Exception {
    List<Bad> bad = bad("message");
    try (LogCapture log = new LogCapture()) {
      for (int i = 0; i < bad.size(); i++) {
        publish(bad.get(i), null);
        publish(Bad.json(message("message", "count", "{\"parameters\": " + i + "}"), ""), null);
      }

      assertThat(server.heard.next(bad.size()))
          .containsExactlyElementsOf(IntStream.range(0, bad.size()).boxed().toList());
      for (Bad each : bad) {
        assertThat(nextDead()).isEqualTo(each.body);
      }
      // The first of each kind at once, and one a second after that: a flood fills no disk.
      List<String> lines = log.linesWith("rejected a message");
      assertThat(lines).hasSizeBetween(1, bad.size() - 1);
      assertThat(lines.get(0)).contains(bad.get(0).reason);
      assertThat(lines)
          .allSatisfy(
              line ->
                  assertThat(line)
                      .contains("from queue '" + queue + "'")
                      .containsAnyOf(bad.stream().map(Bad::reason).toArray(CharSequence[]::new)));
      assertThat(log.text().lines().toList()).hasSameSizeAs(lines);
      assertThat(log.text().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    }
    assertThat(postage.isReady()).isTrue();
    assertThat(channel.basicGet(dead(), true)).isNull();
  }

  @Test
  void badRequestsGetAnErrorReplyThatSaysWhatWasWrong() throws Exception {
    List<Bad> bad = bad("rpc");
    Map<String, CompletableFuture<String>> answers = new LinkedHashMap<>();
    String replyTo = channel.queueDeclare().getQueue();
    IntStream.range(0, bad.size() + 1)
        .forEach(i -> answers.put("call-" + i, new CompletableFuture<>()));
    channel.basicConsume(
        replyTo,
        true,
        (tag, delivery) -> {
          CompletableFuture<String> answer =
              answers.get(delivery.getProperties().getCorrelationId());
          if (answer != null) {
            answer.complete(new String(delivery.getBody(), StandardCharsets.UTF_8));
          }
        },
        tag -> {});
    try (LogCapture log = new LogCapture()) {
      for (int i = 0; i < bad.size(); i++) {
        publish(bad.get(i), properties(replyTo, "call-" + i));
      }
      publish(
          Bad.json(message("rpc", "count", "{\"parameters\": 42}"), ""),
          properties(replyTo, "call-" + bad.size()));

      for (int i = 0; i < bad.size(); i++) {
        assertThat(answer(answers, i))
            .as("answer to " + i)
            .contains("\"type\":\"error\"", "\"value\":null", bad.get(i).reason);
      }
      assertThat(answer(answers, bad.size())).contains("\"type\":\"success\"", "\"value\":42");
      assertThat(log.linesWith("rejected a message")).hasSizeBetween(1, bad.size() - 1);
    }
  }

  @Test
  void rejectedAndFailedMessagesGoToTheDeadLetterQueueAndTheConsumerLives() throws Exception {
    try (LogCapture log = new LogCapture()) {
      String reject = message("message", "reject", "{}");
      String fail = message("message", "fail", "{}");
      publish(Bad.json(reject, ""), null);
      publish(Bad.json(fail, ""), null);
      publish(Bad.json(message("message", "count", "{\"parameters\": 3}"), ""), null);

      assertThat(server.heard.next()).isEqualTo(3);
      assertThat(nextDead()).isEqualTo(reject.getBytes(StandardCharsets.UTF_8));
      assertThat(nextDead()).isEqualTo(fail.getBytes(StandardCharsets.UTF_8));
      assertThat(log.linesWith("rejected: not\\u000athis\\u001b[31m one")).hasSize(1);
      assertThat(log.linesWith("a handler of message/command/fail failed")).hasSize(1);
    }
  }

  private static String answer(Map<String, CompletableFuture<String>> answers, int call)
      throws Exception {
    CompletableFuture<String> answer = answers.get("call-" + call);
    return answer == null ? "no such call" : answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static AMQP.BasicProperties properties(String replyTo, String correlationId) {
    return new AMQP.BasicProperties.Builder().replyTo(replyTo).correlationId(correlationId).build();
  }

  private void publish(Bad bad, AMQP.@Nullable BasicProperties properties) throws IOException {
    AMQP.BasicProperties base =
        properties == null ? new AMQP.BasicProperties.Builder().build() : properties;
    channel.basicPublish(
        exchange.name(), "key", base.builder().contentType(bad.contentType).build(), bad.body);
  }

  private byte[] nextDead() {
    GetResponse[] response = new GetResponse[1];
    await()
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              response[0] = channel.basicGet(dead(), true);
              return response[0] != null;
            });
    return response[0].getBody();
  }
}
