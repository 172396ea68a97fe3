package org.postage.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Answers calls of other services. Arguments come by position and by name, as Python gives them;
 * what the method returns is the answer, and what it throws, too, by name and text.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Rpc {
  /** The name that callers use; the method's name in snake case when empty. */
  String value() default "";

  /** What callers are told that it does. */
  String docstring() default "";
}
