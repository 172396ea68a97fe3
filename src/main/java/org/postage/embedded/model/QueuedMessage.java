package org.postage.embedded.model;

import java.util.Comparator;

/** A message in one queue, with what that queue knows of it. Guarded by the broker's lock. */
public final class QueuedMessage {
  /** It stays until it is consumed. */
  static final long NEVER = Long.MAX_VALUE;

  /** The order in which a queue gives its messages; one put back returns to its old place. */
  static final Comparator<QueuedMessage> ORDER =
      Comparator.comparingLong((QueuedMessage queued) -> -queued.priority)
          .thenComparingLong(queued -> queued.position);

  private final Message message;
  private final long priority;
  private final long position;
  private final long expiresAt;
  private int returns;

  QueuedMessage(Message message, long priority, long position, long expiresAt) {
    this.message = message;
    this.priority = priority;
    this.position = position;
    this.expiresAt = expiresAt;
  }

  /** What waits. */
  public Message message() {
    return message;
  }

  long expiresAt() {
    return expiresAt;
  }

  int size() {
    return message.body().length;
  }

  /** How often it was delivered and came back. */
  int returns() {
    return returns;
  }

  void returned() {
    returns++;
  }

  /** True if it was delivered before and came back. */
  public boolean redelivered() {
    return returns > 0;
  }
}
