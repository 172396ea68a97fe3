package org.postage.amqp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.postage.topology.Destination;

/**
 * Finds a channel that does nothing but refuse what goes to some destination. That may be the
 * destination's fault, as of a full queue. But a channel of RabbitMQ that first published to a
 * quorum queue while that had no leader may refuse for as long as it lives, when another would not.
 * Thread-safe.
 */
final class Nacks {
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
  static final long MAX_PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final int MAX_DESTINATIONS = 1_000;

  // I1: the monitor guards these. Since when a destination had a nack, and no ack after it.
  private final Map<Destination, Long> since = new HashMap<>();
  private long patienceNanos = PATIENCE_NANOS;

  /** Another channel: what was before counts no more. */
  synchronized void opened() {
    since.clear();
  }

  synchronized void acked(List<PendingPublish> messages) {
    if (since.isEmpty()) {
      return;
    }
    for (PendingPublish publish : messages) {
      if (since.remove(publish.to) != null) {
        patienceNanos = PATIENCE_NANOS;
      }
    }
  }

  /**
   * Whether to try another channel: one of the destinations was only refused for a while. Each time
   * that while doubles, so that a queue that stays full does not cost much.
   */
  synchronized boolean nacked(List<PendingPublish> messages, long nowNanos) {
    boolean isEnough = false;
    for (PendingPublish publish : messages) {
      Long first = since.get(publish.to);
      if (first != null) {
        isEnough |= nowNanos - first > patienceNanos;
      } else if (since.size() < MAX_DESTINATIONS) {
        since.put(publish.to, nowNanos);
      }
    }
    if (isEnough) {
      since.clear();
      patienceNanos = Math.min(MAX_PATIENCE_NANOS, 2 * patienceNanos);
    }
    return isEnough;
  }
}
