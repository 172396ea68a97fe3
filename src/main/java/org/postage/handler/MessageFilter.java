package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Puts a {@link Filter} before a handler. Several of them run in the order in which they are
 * written, each on what the one before it returned.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Repeatable(MessageFilter.All.class)
public @interface MessageFilter {
  /**
   * The filter: a class with a constructor without parameters. One object of it serves all
   * messages.
   */
  Class<? extends Filter> value();

  /** What the filter is told; none unless given. */
  String[] parameters() default {};

  /** Several filters; the compiler writes it. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  @interface All {
    /** The filters, in their order. */
    MessageFilter[] value();
  }
}
