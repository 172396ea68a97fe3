package org.postage.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Hears the events of a service. The method takes the event's payload as any type that JSON can be
 * read as. One that fails is tried again as {@link org.postage.handler.Retry} at the method or its
 * class says, and parked after that.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface EventListener {
  /** The service whose events they are. */
  String source();

  /** The event's type; {@code *} stands for a word and {@code #} for any number of them. */
  String event();

  /**
   * What the listener is called in its queue's name; the method's name in snake case when empty. A
   * Python instance of the same service shares the queue if it calls its own so: {@code
   * Class.method} for micro_framework's classes.
   */
  String name() default "";

  /** Who hears each event. */
  Audience audience() default Audience.POOL;

  /** Who hears an event that several instances listen to. */
  enum Audience {
    /** One instance of each service. */
    POOL,
    /** One instance of all services. */
    SINGLETON,
    /** Every instance that runs at that moment. */
    BROADCAST
  }
}
