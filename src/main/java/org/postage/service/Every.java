package org.postage.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs again and again, in every instance of its service, on one of its runner's workers. The
 * method takes nothing. It runs at fixed times, which do not drift; one that comes while it still
 * runs, or waits for a worker, is left out. What it throws is logged, and it goes on.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Every {
  /**
   * From one start to the next, 1 ms or more, as ISO 8601 has it: {@code PT0.5S}, {@code PT10M}.
   */
  String value();

  /** Whether it runs when its service starts, and not first after the interval. */
  boolean atOnce() default false;
}
