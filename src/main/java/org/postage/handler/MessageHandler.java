package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a method, or a {@link Handler} class, for every message of this type and name.
 *
 * <p>The parameters say what it wants: {@link org.postage.message.Message} (all of it), {@link
 * org.postage.message.Fingerprint} (the sender), {@link Processor}, {@link
 * org.postage.transport.Delivery} (AMQP's side of it), and any other type for the payload: a
 * command's {@code parameters}, any other message's content. Several payload parameters are each a
 * part of that dictionary, by {@link org.postage.message.Param} or, compiled with {@code
 * -parameters}, by their own names. All handlers of a message run, in no promised order.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface MessageHandler {
  /** Stands for any name, or any type. */
  String ANY = "*";

  /** The name of the command or status, or {@link #ANY}. */
  String value();

  /**
   * {@code command} unless given; {@code status}, {@code none} for bare messages, any other word,
   * or {@link #ANY}.
   */
  String type() default "command";
}
