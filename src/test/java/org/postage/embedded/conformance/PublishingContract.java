package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.Return;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be published, and how it arrives. */
abstract class PublishingContract extends BrokerContract {
  @Test
  @SuppressWarnings("JavaUtilDate")
  void allPropertiesArrive() throws Exception {
    String queue = queue();
    BasicProperties sent =
        properties()
            .contentType("application/json")
            .contentEncoding("utf-8")
            .deliveryMode(2)
            .priority(7)
            .correlationId("correlation")
            .replyTo("reply")
            .expiration("60000")
            .messageId("id")
            .timestamp(Date.from(Instant.ofEpochSecond(1_700_000_000)))
            .type("type")
            .userId("guest")
            .appId("app")
            .build();

    publish("", queue, sent, "hello");

    assertThat(take(queue).getProps()).isEqualTo(sent);
  }

  @Test
  void messageWithoutPropertiesArrivesWithoutProperties() throws Exception {
    String queue = queue();

    publish("", queue, new BasicProperties(), "hello");

    assertThat(take(queue).getProps()).isEqualTo(new BasicProperties());
  }

  @Test
  void headersOfAllTypesArrive() throws Exception {
    String queue = queue();
    Map<String, Object> headers = new HashMap<>();
    headers.put("text", "gr\u00fc\u00df");
    headers.put("int", 42);
    headers.put("long", 1L << 40);
    headers.put("short", (short) 7);
    headers.put("byte", (byte) 3);
    headers.put("double", 1.5);
    headers.put("float", 2.5f);
    headers.put("boolean", true);
    headers.put("decimal", new BigDecimal("1.23"));
    headers.put("nothing", null);
    headers.put("list", Arrays.asList(1, "two", false));
    headers.put("table", Map.of("inner", Map.of("deep", 1)));

    publish("", queue, headers(headers), "hello");

    assertThat(plain(take(queue).getProps().getHeaders())).isEqualTo(plain(headers));
  }

  // Texts come as LongString.
  private static Object plain(Object value) {
    if (value instanceof LongString text) {
      return text.toString();
    } else if (value instanceof Map<?, ?> map) {
      Map<Object, Object> result = new HashMap<>();
      map.forEach((name, inner) -> result.put(name, inner == null ? "null" : plain(inner)));
      return result;
    } else if (value instanceof List<?> list) {
      return list.stream().map(PublishingContract::plain).toList();
    }
    return value;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 131_063, 131_064, 131_065, 300_000, 5_000_000})
  void bodyOfAnySizeArrivesWhole(int size) throws Exception {
    String queue = queue();
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);

    channel().basicPublish("", queue, null, body);

    assertThat(awaitConfirms()).isTrue();
    assertThat(take(queue).getBody()).isEqualTo(body);
  }

  @Test
  void messageTellsWhereItWasPublishedTo() throws Exception {
    String exchange = exchange("topic");
    String queue = boundQueue(exchange, "#");

    publish(exchange, "a.b", "hello");

    GetResponse got = take(queue);
    assertThat(got.getEnvelope().getExchange()).isEqualTo(exchange);
    assertThat(got.getEnvelope().getRoutingKey()).isEqualTo("a.b");
    assertThat(got.getEnvelope().isRedeliver()).isFalse();
  }

  @Test
  void messagesKeepTheirOrder() throws Exception {
    String queue = queue();

    send(queue, "1", "2", "3", "4", "5");

    assertThat(drain(queue)).containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void missingExchangeClosesTheChannel() throws Exception {
    assertThat(refused(on -> on.basicPublish("nope", "k", null, new byte[0])))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no exchange 'nope' in vhost '/'"));
  }

  @Test
  void otherChannelsLiveOnWhenOneIsClosed() throws Exception {
    String queue = queue();

    refused(on -> on.basicPublish("nope", "k", null, new byte[0]));
    send(queue, "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void mandatoryMessageThatReachesNoQueueIsReturned() throws Exception {
    BlockingQueue<Return> returned = new LinkedBlockingQueue<>();
    channel().addReturnListener(returned::add);

    channel()
        .basicPublish(
            "amq.direct",
            "nowhere",
            true,
            properties().messageId("m").build(),
            "x".getBytes(UTF_8));

    Return back = returned.poll(60, TimeUnit.SECONDS);
    assertThat(back).isNotNull();
    assertThat(back.getReplyCode()).isEqualTo(312);
    assertThat(back.getReplyText()).isEqualTo("NO_ROUTE");
    assertThat(back.getExchange()).isEqualTo("amq.direct");
    assertThat(back.getRoutingKey()).isEqualTo("nowhere");
    assertThat(back.getProperties().getMessageId()).isEqualTo("m");
    assertThat(back.getBody()).asString(UTF_8).isEqualTo("x");
  }

  @Test
  void mandatoryMessageThatReachesAQueueIsNotReturned() throws Exception {
    String queue = queue();
    BlockingQueue<Return> returned = new LinkedBlockingQueue<>();
    channel().addReturnListener(returned::add);

    channel().basicPublish("", queue, true, null, new byte[0]);

    assertThat(awaitConfirms()).isTrue();
    assertThat(returned).isEmpty();
  }

  @Test
  void otherMessageThatReachesNoQueueIsLostInSilence() throws Exception {
    BlockingQueue<Return> returned = new LinkedBlockingQueue<>();
    channel().addReturnListener(returned::add);

    channel().basicPublish("amq.direct", "nowhere", false, null, new byte[0]);

    assertThat(awaitConfirms()).isTrue();
    assertThat(returned).isEmpty();
  }

  @Test
  void immediateIsNotImplemented() throws Exception {
    assertThat(refused(on -> on.basicPublish("", "q", false, true, null, new byte[0])))
        .isEqualTo(Closed.connection(540, "NOT_IMPLEMENTED - immediate=true"));
  }

  @Test
  void strangersUserIdIsRefused() throws Exception {
    BasicProperties forged = properties().userId("root").build();

    assertThat(refused(on -> on.basicPublish("", "q", forged, new byte[0])))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - user_id property set to 'root' but authenticated user was"
                    + " 'guest'"));
  }

  @ParameterizedTest
  @CsvSource({
    "abc, no_integer",
    "'', no_integer",
    "-1, '{value_negative,-1}'",
    "10a, '{leftover_string,\"a\"}'",
    "1.5, '{leftover_string,\".5\"}'"
  })
  void expirationMustBeANumber(String expiration, String reason) throws Exception {
    BasicProperties wrong = properties().expiration(expiration).build();

    assertThat(refused(on -> on.basicPublish("", "q", wrong, new byte[0])))
        .isEqualTo(
            Closed.channel(
                406, "PRECONDITION_FAILED - invalid expiration '" + expiration + "': " + reason));
  }
}
