package org.postage.transport;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Until when somebody waits for the answer to a request. It travels twice: as AMQP's expiration, by
 * which the broker drops a request that nobody waits for any more, and as a header with the time of
 * day, since the broker does not tell how long the request has waited.
 */
public final class Deadline {
  /** Milliseconds since the epoch. */
  public static final String HEADER = "postage-deadline";

  // RabbitMQ takes no longer expiration.
  private static final Duration MAX_EXPIRATION = Duration.ofMillis(0xFFFFFFFFL);

  // Nobody waits so long: it is no time, or another unit.
  private static final long MAX_LEFT_MILLIS = Duration.ofDays(400).toMillis();

  private Deadline() {}

  /** Marks a request that is waited for so long from now, with these headers beside. */
  public static RawMessage.Builder set(
      RawMessage.Builder request, Map<String, String> headers, Duration wait) {
    Map<String, Object> all = new LinkedHashMap<>(headers);
    all.put(HEADER, System.currentTimeMillis() + wait.toMillis());
    return request.headers(all).expiration(wait.compareTo(MAX_EXPIRATION) > 0 ? null : wait);
  }

  /**
   * When a request that has just been delivered is waited for no longer, as {@link System#nanoTime}
   * tells time; null if it does not say.
   *
   * <p>Where the header says that this time is over, or further away than it ever was, the clocks
   * of sender and receiver differ: the broker would have dropped it. The expiration counts then, as
   * if the request had not waited yet.
   */
  public static @Nullable Long of(RawMessage request) {
    Duration expiration = request.expiration();
    Object header = request.headers().get(HEADER);
    if (header instanceof Long millis && isPlausible(millis)) {
      long left = millis - System.currentTimeMillis();
      if (expiration == null || (left > 0 && left <= expiration.toMillis())) {
        return nanosFromNow(Duration.ofMillis(left));
      }
    }
    return expiration == null ? null : nanosFromNow(expiration);
  }

  /** The header's value for a request that is waited for until then. */
  public static long headerFor(long deadlineNanos) {
    return System.currentTimeMillis()
        + Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis();
  }

  private static boolean isPlausible(long millis) {
    long now = System.currentTimeMillis();
    return millis > now - MAX_LEFT_MILLIS && millis < now + MAX_LEFT_MILLIS;
  }

  private static long nanosFromNow(Duration time) {
    return System.nanoTime() + time.toNanos();
  }
}
