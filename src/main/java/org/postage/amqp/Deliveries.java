package org.postage.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

/** The client's deliveries as the library's, and the library's messages as the client's. */
final class Deliveries {
  private static final int PERSISTENT = 2;
  private static final int MAX_SHORT_STRING = 255;

  // The broker's own limit is some 50 days.
  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,10}");

  private Deliveries() {}

  static Delivery delivery(
      String queue, Envelope envelope, BasicProperties properties, byte[] body) {
    return new Delivery(
        message(properties, body),
        queue,
        envelope.getExchange(),
        envelope.getRoutingKey(),
        envelope.isRedeliver());
  }

  /** The other way round: what goes with a message to the broker. */
  static BasicProperties properties(RawMessage message) {
    Duration expiration = message.expiration();
    Instant timestamp = message.timestamp();
    return new BasicProperties.Builder()
        .contentType(message.contentType())
        .contentEncoding(message.contentEncoding())
        .deliveryMode(message.isPersistent() ? 2 : null)
        .messageId(message.messageId())
        .correlationId(message.correlationId())
        .replyTo(message.replyTo())
        .userId(message.userId())
        .type(message.type())
        .appId(message.appId())
        .timestamp(timestamp == null ? null : Date.from(timestamp))
        .priority(message.priority())
        .expiration(expiration == null ? null : Long.toString(expiration.toMillis()))
        .headers(message.headers().isEmpty() ? null : message.headers())
        .build();
  }

  static RawMessage message(BasicProperties properties, byte[] body) {
    Date timestamp = properties.getTimestamp();
    return RawMessage.of(body)
        .contentType(fitting(properties.getContentType()))
        .contentEncoding(fitting(properties.getContentEncoding()))
        .messageId(fitting(properties.getMessageId()))
        .correlationId(fitting(properties.getCorrelationId()))
        .replyTo(fitting(properties.getReplyTo()))
        .userId(fitting(properties.getUserId()))
        .type(fitting(properties.getType()))
        .appId(fitting(properties.getAppId()))
        .timestamp(timestamp == null ? null : timestamp.toInstant())
        .priority(properties.getPriority())
        .persistent(Integer.valueOf(PERSISTENT).equals(properties.getDeliveryMode()))
        .expiration(expiration(properties.getExpiration()))
        .headers(headers(properties.getHeaders()))
        .build();
  }

  private static @Nullable Duration expiration(@Nullable String millis) {
    if (millis == null || !MILLIS.matcher(millis).matches()) {
      return null;
    }
    return Duration.ofMillis(Long.parseLong(millis));
  }

  private static Map<String, Object> headers(@Nullable Map<String, Object> headers) {
    if (headers == null || headers.isEmpty()) {
      return Map.of();
    }
    Map<String, Object> ours = new LinkedHashMap<>();
    headers.forEach(
        (name, value) -> {
          // A name that is no UTF-8 grows, as below: it could not be sent on.
          if (fitting(name) != null && value != null) {
            ours.put(name, ours(value));
          }
        });
    return ours;
  }

  // Tables nest no deeper than the client lets them.
  private static Object ours(Object value) {
    if (value instanceof LongString text) {
      return new String(text.getBytes(), StandardCharsets.UTF_8);
    } else if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(
          item -> {
            if (item != null) {
              copy.add(ours(item));
            }
          });
      return copy;
    } else if (value instanceof Map<?, ?> table) {
      Map<String, Object> copy = new LinkedHashMap<>();
      table.forEach(
          (name, item) -> {
            if (item != null && fitting(String.valueOf(name)) != null) {
              copy.put(String.valueOf(name), ours(item));
            }
          });
      return copy;
    }
    return value;
  }

  // What is no UTF-8 grows when it is decoded, perhaps over what a short string can hold. It names
  // nothing that could be answered or repeated, and must not end the consumer.
  private static @Nullable String fitting(@Nullable String value) {
    return value == null
            || value.length() * 3 <= MAX_SHORT_STRING
            || value.getBytes(StandardCharsets.UTF_8).length <= MAX_SHORT_STRING
        ? value
        : null;
  }
}
