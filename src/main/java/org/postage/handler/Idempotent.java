package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A handler that runs once for a message, also when the message comes again: delivered again after
 * a lost connection, sent again by its sender, sent back from a parked queue, or on another queue.
 * Which messages are the same is told by their message id; one without is handled each time. A
 * handler is known by its class, its method and what it handles: who renames these starts anew.
 *
 * <p>A handler that fails has not handled the message: it runs again when the message is tried
 * again, as by {@link Retry}. While a message is being handled, the same message waits, and goes
 * back to its queue where that takes long.
 *
 * <p>A request that comes again gets the first answer. The answer is sent when the handler has
 * ended and it is remembered, and not if the handler fails after giving it. One that is given
 * later, through a {@link Replier}, is remembered from then on: a request that comes again before
 * that is not answered.
 *
 * <p>What was handled is remembered in the processor's {@link IdempotencyStore}: in memory, and so
 * until the program ends, unless the processor was given another.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Idempotent {
  /**
   * For how many seconds it is remembered that a message was handled, 1 to 31,536,000 (a year). An
   * hour unless given.
   */
  long windowSeconds() default 3_600;
}
