package org.postage.handler;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Method;
import org.postage.message.MessageKey;

/**
 * A method that handles messages, said so by whoever makes this and not by an annotation. {@link
 * MessageFilter} at it, {@link Retry} and {@link Idempotent} at it or its class hold all the same.
 * Immutable.
 *
 * @param id what logs, metrics and traces call it
 * @param key which messages it handles
 * @param target the object that it is called on
 * @param isCalled whether the message is a call, with arguments by position and by name, and what
 *     the method returns is the answer; otherwise the message's payload is for its parameters
 */
public record MethodHandler(
    String id, MessageKey key, Object target, Method method, boolean isCalled) {
  /** Refuses nulls. */
  public MethodHandler {
    requireNonNull(id, "id");
    requireNonNull(key, "key");
    requireNonNull(target, "target");
    requireNonNull(method, "method");
  }
}
