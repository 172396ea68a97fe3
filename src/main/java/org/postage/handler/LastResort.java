package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What runs when a handler has thrown something and is not tried again: after the last of its
 * attempts, or after the only one. Another method of the class, whose parameters are filled as the
 * handler's are, and one of type {@link Throwable} or {@link Exception} with what was thrown. It
 * runs once, where the handler ran, when the message is parked or refused already; what it returns
 * is ignored, and what it throws is logged. Not for handler classes.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LastResort {
  /** The method's name. */
  String value();
}
