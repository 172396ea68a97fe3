package org.postage.rabbitmq;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On a test class: its constructor and methods can take a {@link RabbitMqBroker}, which is a
 * virtual host of the class's own on a node that all classes share. When a test fails, what the
 * broker logged meanwhile is printed.
 *
 * <p>With {@code -Dpostage.test.broker=embedded} the broker is an embedded one, and tests tagged
 * {@link #ONLY} are to be left out.
 *
 * <p>Without RabbitMQ the tests are skipped; with {@code -Dpostage.strict=true} they fail.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(RabbitMqExtension.class)
public @interface RabbitMq {
  /**
   * The tag of tests that need RabbitMQ itself: its processes, its log, its {@code rabbitmqctl}.
   */
  String ONLY = "rabbitmq-only";
}
