package org.postage.message;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names one parameter of several: in a producer's method it becomes this key of the message's
 * {@code parameters}, in a handler it gets that key's value. Not needed where the type is compiled
 * with {@code -parameters}. A single parameter with it is a dictionary of one key; without it, it
 * is the whole value.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Param {
  /** The key. */
  String value();
}
