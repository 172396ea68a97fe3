package org.postage.embedded.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The consumers of a queue, and whose turn it is. Guarded by the broker's lock. */
final class Consumers {
  private final boolean singleActive;

  // Highest x-priority first, and within one priority, who has waited longest.
  private final List<Consumer> inTurn = new ArrayList<>();
  private @Nullable Consumer active;

  Consumers(boolean singleActive) {
    this.singleActive = singleActive;
  }

  int count() {
    return inTurn.size();
  }

  List<Consumer> all() {
    return List.copyOf(inTurn);
  }

  /** Refuses a consumer that cannot share the queue. */
  void requireFree(boolean exclusive, String where) {
    if (inTurn.stream().anyMatch(Consumer::exclusive)
        || (exclusive && (singleActive || !inTurn.isEmpty()))) {
      throw Refusal.access(where + " in exclusive use");
    }
  }

  void add(Consumer consumer) {
    putBehindEquals(consumer);
    if (active == null) {
      active = consumer;
    }
  }

  void remove(Consumer consumer) {
    inTurn.remove(consumer);
    if (active == consumer) {
      active = inTurn.isEmpty() ? null : inTurn.get(0);
    }
  }

  /** Who takes the next message; null if nobody can now. */
  @Nullable Consumer next() {
    if (singleActive) {
      return active != null && active.canTake() ? active : null;
    }
    for (Consumer consumer : inTurn) {
      if (consumer.canTake()) {
        inTurn.remove(consumer);
        putBehindEquals(consumer);
        return consumer;
      }
    }
    return null;
  }

  private void putBehindEquals(Consumer consumer) {
    int at = 0;
    while (at < inTurn.size() && inTurn.get(at).priority() >= consumer.priority()) {
      at++;
    }
    inTurn.add(at, consumer);
  }
}
