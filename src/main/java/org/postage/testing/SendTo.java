package org.postage.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Has a test's parameter, a producer interface, made a producer that sends there. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface SendTo {
  /** The exchange's name. It is declared durable. */
  String exchange();

  /** The routing key. */
  String key();

  /** The exchange's type. {@code direct} unless given. */
  String type() default "direct";
}
