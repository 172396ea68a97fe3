package org.postage.embedded.model;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as it was published. Immutable, shared by all queues that have it; nobody writes to the
 * body.
 */
public final class Message {
  /** RabbitMQ's default of {@code max_message_size}. */
  public static final long MAX_SIZE = 134_217_728;

  private static final int PERSISTENT = 2;

  private final String exchange;
  private final List<String> routingKeys;
  private final BasicProperties properties;
  private final byte[] body;

  private Message(
      String exchange, List<String> routingKeys, BasicProperties properties, byte[] body) {
    this.exchange = exchange;
    this.routingKeys = routingKeys;
    this.properties = properties;
    this.body = body;
  }

  /**
   * A message just published: CC and BCC become routing keys, and BCC is seen by nobody further on.
   */
  public static Message published(
      String exchange, String routingKey, BasicProperties properties, byte[] body) {
    Map<String, Object> headers = properties.getHeaders();
    if (headers == null || !(headers.containsKey("CC") || headers.containsKey("BCC"))) {
      return new Message(exchange, List.of(routingKey), properties, body);
    }
    List<String> keys = new ArrayList<>(List.of(routingKey));
    keys.addAll(extraKeys(headers, "CC"));
    keys.addAll(extraKeys(headers, "BCC"));
    Map<String, Object> visible = new LinkedHashMap<>(headers);
    visible.remove("BCC");
    return new Message(
        exchange, List.copyOf(keys), properties.builder().headers(visible).build(), body);
  }

  private static List<String> extraKeys(Map<String, Object> headers, String name) {
    Object value = headers.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw Refusal.precondition(
          "invalid message: {unacceptable_type_in_header,\""
              + name
              + "\","
              + Arguments.typeOf(value)
              + "}");
    }
    return list.stream().filter(Arguments::isText).map(String::valueOf).toList();
  }

  /** This content on another way: to {@code exchange}, with these keys and properties. */
  Message republished(String toExchange, List<String> keys, BasicProperties newProperties) {
    return new Message(toExchange, keys, newProperties, body);
  }

  /** This message with one header more. */
  Message withHeader(String name, Object value) {
    Map<String, Object> headers = new LinkedHashMap<>(headers());
    headers.put(name, value);
    return republished(exchange, routingKeys, properties.builder().headers(headers).build());
  }

  /** Where it was published, or dead-lettered. */
  public String exchange() {
    return exchange;
  }

  /** The key that the publisher gave. */
  public String routingKey() {
    return routingKeys.get(0);
  }

  /** The publisher's key, then those of CC and BCC. */
  List<String> routingKeys() {
    return routingKeys;
  }

  /** The publisher's key and those of CC; BCC stays hidden. */
  List<String> visibleKeys() {
    List<String> keys = new ArrayList<>(List.of(routingKey()));
    keys.addAll(extraKeys(headers(), "CC"));
    return keys;
  }

  /** Its properties. */
  public BasicProperties properties() {
    return properties;
  }

  Map<String, Object> headers() {
    @Nullable Map<String, Object> headers = properties.getHeaders();
    return headers == null ? Map.of() : headers;
  }

  /** Its body; not to be written to. */
  public byte[] body() {
    return body;
  }

  boolean persistent() {
    Integer mode = properties.getDeliveryMode();
    return mode != null && mode == PERSISTENT;
  }
}
