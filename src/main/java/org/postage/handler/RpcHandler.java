package org.postage.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Answers requests of this name: with what the method returns, or with the exception that it
 * throws. A method that takes a {@link Replier} answers by that, may go on working after it, and
 * returns nothing.
 *
 * <p>Parameters are as for {@link MessageHandler}. A request has one answer, so it has one handler:
 * a subclass's replaces its superclass's, and two others for one name are refused.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RpcHandler {
  /**
   * The name of what is asked for, or {@link MessageHandler#ANY} for all that no other handler
   * answers.
   */
  String value();
}
