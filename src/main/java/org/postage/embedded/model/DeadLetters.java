package org.postage.embedded.model;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a message that a queue gives up: the {@code x-death} header, and the rule that
 * ends circles.
 *
 * @see <a href="https://www.rabbitmq.com/docs/dlx">Dead letter exchanges</a>
 */
final class DeadLetters {
  private static final String X_DEATH = "x-death";

  private DeadLetters() {}

  /** Why a message left its queue other than by being consumed. */
  enum Reason {
    EXPIRED,
    REJECTED,
    MAXLEN,
    DELIVERY_LIMIT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The message as it goes to {@code exchange}, by its old keys unless the queue has a key for it.
   */
  static Message buried(Message message, Death death, String exchange, @Nullable String key) {
    Map<String, Object> headers = new LinkedHashMap<>(message.headers());
    headers.put(X_DEATH, deaths(message, death));
    headers.putIfAbsent("x-first-death-reason", death.reason().toString());
    headers.putIfAbsent("x-first-death-queue", death.queue());
    headers.putIfAbsent("x-first-death-exchange", message.exchange());
    if (key != null) {
      headers.remove("CC");
    }
    // Without its expiration, or it would die again at once where it goes.
    BasicProperties properties =
        message.properties().builder().headers(headers).expiration(null).build();
    List<String> keys = key == null ? message.routingKeys() : List.of(key);
    return message.republished(exchange, keys, properties);
  }

  /**
   * True if the message came through {@code queue} before and nobody has rejected it since: it
   * would go round for ever.
   */
  static boolean circles(Message buried, String queue) {
    for (Map<String, Object> death : deathsOf(buried)) {
      if (String.valueOf(death.get("reason")).equals(Reason.REJECTED.toString())) {
        return false;
      }
      if (queue.equals(String.valueOf(death.get("queue")))) {
        return true;
      }
    }
    return false;
  }

  /** The latest death first; dying again of the same in the same queue only counts. */
  private static List<Object> deaths(Message message, Death death) {
    List<Object> deaths = new ArrayList<>();
    Map<String, Object> latest = described(message, death);
    for (Map<String, Object> earlier : deathsOf(message)) {
      if (death.queue().equals(String.valueOf(earlier.get("queue")))
          && death.reason().toString().equals(String.valueOf(earlier.get("reason")))) {
        latest = new LinkedHashMap<>(earlier);
        latest.put("count", earlier.get("count") instanceof Number n ? n.longValue() + 1 : 1L);
      } else {
        deaths.add(earlier);
      }
    }
    deaths.add(0, latest);
    return deaths;
  }

  private static Map<String, Object> described(Message message, Death death) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("count", 1L);
    entry.put("reason", death.reason().toString());
    entry.put("queue", death.queue());
    entry.put("time", timestamp(death.millis()));
    entry.put("exchange", message.exchange());
    entry.put("routing-keys", message.visibleKeys());
    String expiration = message.properties().getExpiration();
    if (expiration != null) {
      entry.put("original-expiration", expiration);
    }
    return entry;
  }

  // The client's codec knows timestamps as Date only; on the wire they are whole seconds.
  @SuppressWarnings("JavaUtilDate")
  private static Date timestamp(long millis) {
    return new Date(millis / 1000 * 1000);
  }

  // The header may come from a client and hold anything.
  private static List<Map<String, Object>> deathsOf(Message message) {
    List<Map<String, Object>> deaths = new ArrayList<>();
    if (message.headers().get(X_DEATH) instanceof List<?> list) {
      for (Object entry : list) {
        if (entry instanceof Map<?, ?> map) {
          Map<String, Object> death = new LinkedHashMap<>();
          map.forEach((name, value) -> death.put(String.valueOf(name), value));
          deaths.add(death);
        }
      }
    }
    return deaths;
  }

  /**
   * A message's end in a queue.
   *
   * @param queue name of the queue
   * @param reason why
   * @param millis when, since the epoch
   */
  record Death(String queue, Reason reason, long millis) {}
}
