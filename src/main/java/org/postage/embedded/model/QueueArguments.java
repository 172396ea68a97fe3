package org.postage.embedded.model;

import static org.postage.embedded.model.Refusal.precondition;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a queue was declared with, read once, and refused in RabbitMQ's words where it makes no
 * sense. Arguments that RabbitMQ does not know are kept and mean nothing, as there.
 */
final class QueueArguments {
  /** No limit, no expiry, no priorities. */
  static final long NONE = -1;

  /** What a redeclaration must repeat. */
  static final List<String> COMPARED =
      List.of(
          "x-expires",
          "x-message-ttl",
          "x-dead-letter-exchange",
          "x-dead-letter-routing-key",
          "x-max-length",
          "x-max-length-bytes",
          "x-overflow",
          "x-max-priority",
          "x-single-active-consumer",
          "x-queue-mode",
          "x-queue-type");

  // Thirty years and a bit: RabbitMQ's ?MAX_EXPIRY_TIMER.
  private static final long LONGEST_TIME = 4_294_967_295L;
  private static final int HIGHEST_PRIORITY = 255;
  private static final Set<String> QUORUM_ONLY =
      Set.of("x-delivery-limit", "x-dead-letter-strategy", "x-queue-leader-locator");
  private static final Set<String> CLASSIC_ONLY =
      Set.of("x-max-priority", "x-queue-mode", "x-queue-version");

  private final Map<String, Object> table;
  private final String where;

  QueueArguments(Map<String, Object> table, String queue, String vhost) {
    this.table = Map.copyOf(withoutVoids(table));
    this.where = "queue '" + queue + "' in vhost '" + vhost + "'";
    requireKnownType();
    requireTypeHasArguments();
    requireIntegers();
    requireTexts();
    requireKnownVersion();
  }

  private static Map<String, Object> withoutVoids(Map<String, Object> table) {
    Map<String, Object> kept = new LinkedHashMap<>(table);
    kept.values().removeIf(Objects::isNull);
    return kept;
  }

  Map<String, Object> table() {
    return table;
  }

  boolean quorum() {
    return "quorum".equals(text("x-queue-type"));
  }

  long messageTtl() {
    return number("x-message-ttl");
  }

  long expires() {
    return number("x-expires");
  }

  long maxLength() {
    return number("x-max-length");
  }

  long maxBytes() {
    return number("x-max-length-bytes");
  }

  /** Highest priority told apart, or {@link #NONE} where all messages are equal. */
  long maxPriority() {
    return number("x-max-priority");
  }

  long deliveryLimit() {
    return number("x-delivery-limit");
  }

  boolean singleActiveConsumer() {
    return Boolean.TRUE.equals(table.get("x-single-active-consumer"));
  }

  @Nullable String deadLetterExchange() {
    return text("x-dead-letter-exchange");
  }

  @Nullable String deadLetterRoutingKey() {
    return text("x-dead-letter-routing-key");
  }

  boolean rejectsPublish() {
    String overflow = text("x-overflow");
    return overflow != null && overflow.startsWith("reject-publish");
  }

  boolean deadLettersRejectedPublish() {
    return "reject-publish-dlx".equals(text("x-overflow"));
  }

  private @Nullable String text(String name) {
    Object value = table.get(name);
    return value == null ? null : value.toString();
  }

  private long number(String name) {
    return table.get(name) instanceof Number number ? number.longValue() : NONE;
  }

  private void requireKnownType() {
    Object type = table.get("x-queue-type");
    if (type == null) {
      return;
    }
    if (!Arguments.isText(type)) {
      throw unacceptable("x-queue-type", type);
    }
    if (type.toString().equals("stream")) {
      throw new Refusal(ReplyCode.NOT_IMPLEMENTED, "queue type 'stream' (" + where + ")");
    }
    if (!Set.of("classic", "quorum").contains(type.toString())) {
      throw invalid("x-queue-type", "\"unsupported queue type '" + type + "'\"");
    }
  }

  private void requireTypeHasArguments() {
    Set<String> foreign = quorum() ? CLASSIC_ONLY : QUORUM_ONLY;
    for (String name : table.keySet()) {
      if (foreign.contains(name)) {
        throw precondition(
            "invalid arg '"
                + name
                + "' for "
                + where
                + " of queue type rabbit_"
                + (quorum() ? "quorum" : "classic")
                + "_queue");
      }
    }
  }

  private void requireIntegers() {
    requireTime("x-message-ttl");
    requireTime("x-expires");
    if (number("x-expires") == 0) {
      throw invalid("x-expires", "{value_zero,0}");
    }
    requireInteger("x-max-length");
    requireInteger("x-max-length-bytes");
    requireInteger("x-max-priority");
    if (maxPriority() > HIGHEST_PRIORITY) {
      throw invalid("x-max-priority", "{max_value_exceeded," + maxPriority() + "}");
    }
  }

  private void requireTime(String name) {
    requireInteger(name);
    if (number(name) > LONGEST_TIME) {
      throw invalid(name, "{value_too_large," + number(name) + "}");
    }
  }

  private void requireInteger(String name) {
    Object value = table.get(name);
    if (value == null) {
      return;
    }
    if (!Arguments.isInteger(value)) {
      throw invalid(name, "\"expected integer, got " + Arguments.typeOf(value) + "\"");
    }
    if (number(name) < 0) {
      throw invalid(name, "{value_negative," + value + "}");
    }
  }

  private void requireTexts() {
    Object exchange = table.get("x-dead-letter-exchange");
    if (exchange != null && !Arguments.isText(exchange)) {
      throw precondition(
          "invalid type '"
              + Arguments.typeOf(exchange)
              + "' for arg 'x-dead-letter-exchange' in "
              + where);
    }
    requireText("x-dead-letter-routing-key");
    if (deadLetterRoutingKey() != null && exchange == null) {
      throw invalid("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined");
    }
    requireText("x-overflow");
    String overflow = text("x-overflow");
    if (overflow != null
        && !Set.of("drop-head", "reject-publish", "reject-publish-dlx").contains(overflow)) {
      throw invalid("x-overflow", "invalid_overflow");
    }
    Object single = table.get("x-single-active-consumer");
    if (single != null && !(single instanceof Boolean)) {
      throw unacceptable("x-single-active-consumer", single);
    }
    String mode = text("x-queue-mode");
    if (mode != null && !Set.of("default", "lazy").contains(mode)) {
      throw invalid("x-queue-mode", "\"unsupported queue mode '" + mode + "'\"");
    }
  }

  private void requireKnownVersion() {
    Object version = table.get("x-queue-version");
    if (version != null && !Set.of(1L, 2L).contains(number("x-queue-version"))) {
      throw invalid("x-queue-version", "\"unsupported queue version '" + version + "'\"");
    }
  }

  private void requireText(String name) {
    Object value = table.get(name);
    if (value != null && !Arguments.isText(value)) {
      throw unacceptable(name, value);
    }
  }

  private Refusal unacceptable(String name, Object value) {
    return invalid(name, "{unacceptable_type," + Arguments.typeOf(value) + "}");
  }

  private Refusal invalid(String name, String reason) {
    return precondition("invalid arg '" + name + "' for " + where + ": " + reason);
  }
}
