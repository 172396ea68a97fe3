package org.postage.amqp;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postage.transport.Delivery;

/**
 * Deliveries that were handled and could not be acknowledged, since their channel was gone. They
 * come again, and need not be handled again. The newest thousand are kept. Thread-safe.
 */
final class LostAcks {
  static final int MAX = 1_000;

  // Quorum queues count here how often they delivered.
  private static final Set<String> COUNTERS = Set.of("x-delivery-count", "x-acquired-count");

  /** What tells a delivery that comes again from a copy of it, as one that is tried again later. */
  private record Key(String queue, String messageId, String exchange, String key, int headers) {
    static @Nullable Key of(Delivery delivery) {
      String id = delivery.message().messageId();
      return id == null
          ? null
          : new Key(
              delivery.queue(),
              id,
              delivery.exchange(),
              delivery.routingKey(),
              headers(delivery.message().headers()));
    }

    private static int headers(Map<String, Object> headers) {
      return headers.entrySet().stream()
          .filter(header -> !COUNTERS.contains(header.getKey()))
          .mapToInt(Objects::hashCode)
          .sum();
    }
  }

  private final Set<Key> keys = new LinkedHashSet<>();

  /** Handled, and the broker does not know. */
  synchronized void add(Delivery delivery) {
    Key key = Key.of(delivery);
    if (key == null) {
      return;
    }
    keys.remove(key);
    keys.add(key);
    if (keys.size() > MAX) {
      Iterator<Key> oldest = keys.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /**
   * Whether this is one of them that came again; it is forgotten then. One that never came before
   * is a copy that has to be handled: the other may meanwhile have been handled elsewhere.
   */
  synchronized boolean take(Delivery delivery) {
    if (keys.isEmpty()) {
      return false;
    }
    Key key = Key.of(delivery);
    return key != null && keys.remove(key) && delivery.isRedelivered();
  }
}
