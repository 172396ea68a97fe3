package org.postage;

import org.jspecify.annotations.Nullable;
import org.postage.message.Message;

/**
 * Which messages have to be handled one after the other: those for which this gives equal keys. Has
 * to be quick and thread-safe.
 */
@FunctionalInterface
public interface OrderingKey {
  /** The message's key; null if it needs no order. */
  @Nullable Object of(Message message);
}
