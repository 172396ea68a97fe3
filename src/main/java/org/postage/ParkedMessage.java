package org.postage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.PostageException;
import org.postage.transport.Headers;
import org.postage.transport.RawMessage;

/**
 * A message that could not be handled, and why. What it says of itself comes from the queue, where
 * others may have written it too. Immutable.
 *
 * @param id names it among the parked messages of its queue
 * @param reason unreadable, unanswerable, unsettled, unfit, rejected or failed
 * @param error what went wrong, in words
 * @param exception the class of what was thrown; empty where nothing was
 * @param handlers which handlers failed; empty where none was called
 * @param attempts how many there were
 * @param parkedAt when it was parked
 * @param exchange where it was published first
 * @param routingKey the key that it was published with first
 * @param sender who sent it, as its fingerprint claims; empty where it could not be read
 * @param message the message; empty where it can't be read
 * @param raw bytes and properties, which are not to be changed
 */
public record ParkedMessage(
    String id,
    String reason,
    String error,
    String exception,
    List<String> handlers,
    int attempts,
    Instant parkedAt,
    String exchange,
    String routingKey,
    Map<String, String> sender,
    Optional<Message> message,
    RawMessage raw) {

  static ParkedMessage of(RawMessage raw, Encoders encoders) {
    List<String> handlers = new ArrayList<>();
    if (raw.headers().get(Headers.HANDLERS) instanceof List<?> ids) {
      ids.forEach(id -> handlers.add(String.valueOf(id)));
    }
    Map<String, String> sender = new LinkedHashMap<>();
    if (raw.headers().get(Headers.SENDER) instanceof Map<?, ?> claims) {
      claims.forEach((key, value) -> sender.put(String.valueOf(key), String.valueOf(value)));
    }
    return new ParkedMessage(
        text(id(raw)),
        text(raw.textHeader(Headers.REASON)),
        text(raw.textHeader(Headers.ERROR)),
        text(raw.textHeader(Headers.EXCEPTION)),
        List.copyOf(handlers),
        raw.headers().get(Headers.ATTEMPT) instanceof Number n ? n.intValue() : 0,
        Instant.ofEpochMilli(
            raw.headers().get(Headers.PARKED_AT) instanceof Long millis ? millis : 0),
        text(raw.textHeader(Headers.EXCHANGE)),
        text(raw.textHeader(Headers.ROUTING_KEY)),
        Map.copyOf(sender),
        read(raw, encoders),
        raw);
  }

  private static Optional<Message> read(RawMessage raw, Encoders encoders) {
    try {
      return Optional.of(
          MessageFormat.fromMap(encoders.forContentType(raw.contentType()).decode(raw.body())));
    } catch (PostageException e) {
      return Optional.empty();
    }
  }

  // Somebody else may have put it there.
  private static @Nullable String id(RawMessage raw) {
    String id = raw.textHeader(Headers.PARKED_ID);
    return id == null ? raw.messageId() : id;
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
