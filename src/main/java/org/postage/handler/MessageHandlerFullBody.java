package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Like {@link MessageHandler}, but the payload is the whole body, not only its content: a method
 * with a {@code Map} gets the dictionary form, one with a {@link org.postage.message.Message} the
 * message.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface MessageHandlerFullBody {
  /** The name of the command or status, or {@link MessageHandler#ANY}. */
  String value();

  /** {@code command} unless given; any other word, or {@link MessageHandler#ANY}. */
  String type() default "command";
}
