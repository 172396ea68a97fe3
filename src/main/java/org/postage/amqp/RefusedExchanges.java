package org.postage.amqp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges that the broker closed a channel for, since they are gone or forbidden. For a while
 * nothing more is written to them: each message would close the channel of all others again.
 * Thread-safe.
 */
final class RefusedExchanges {
  private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final int MAX_REMEMBERED = 1_000;

  private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();

  private record Refusal(String reason, long untilNanos) {}

  void add(String exchange, String reason) {
    if (refusals.size() >= MAX_REMEMBERED) {
      refusals.clear();
    }
    refusals.put(exchange, new Refusal(reason, System.nanoTime() + FORGET_NANOS));
  }

  /** In the broker's words; null if it may be tried. */
  @Nullable String reason(String exchange) {
    if (refusals.isEmpty()) {
      return null;
    }
    Refusal refusal = refusals.get(exchange);
    if (refusal == null) {
      return null;
    } else if (refusal.untilNanos - System.nanoTime() < 0) {
      refusals.remove(exchange, refusal);
      return null;
    }
    return refusal.reason;
  }

  /** It was declared: whatever was wrong is mended. */
  void forget(String exchange) {
    refusals.remove(exchange);
  }
}
