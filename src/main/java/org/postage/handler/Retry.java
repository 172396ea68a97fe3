package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.postage.pipeline.RetryPolicy.Backoff;

/**
 * A handler that is tried again when it fails. Between attempts the message waits in the broker, so
 * that others are handled meanwhile; only the handlers that failed run again. After the last
 * attempt the message is parked in {@code QUEUE.parked}. On a class with handlers it holds for
 * those of its methods that have none of their own.
 *
 * <p>A message that can't be read, does not fit the handler's parameters or is refused by {@link
 * RejectMessage} is not tried again. The sender of a request gets one answer, at the end; where it
 * would not wait as long as the next pause, it gets the failure at once.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Retry {
  /** How many attempts there are in all, 1 to 1000. */
  int attempts() default 5;

  /** The first pause in milliseconds, at least 1. */
  long delayMillis() default 1_000;

  /** How pauses grow. */
  Backoff backoff() default Backoff.EXPONENTIAL;

  /** The longest pause in milliseconds, not less than the first. */
  long maxDelayMillis() default 600_000;

  /**
   * Whether the message is held until the next attempt, so that it keeps its place in its order,
   * and what comes after it waits.
   */
  boolean inPlace() default false;

  /** By which part of itself a pause may be longer or shorter, 0 to 1. */
  double jitter() default 0.1;

  /** Only after these exceptions, or what they caused. */
  Class<? extends Throwable>[] on() default {Exception.class};

  /** Not after these, nor what they caused. */
  Class<? extends Throwable>[] notOn() default {};
}
