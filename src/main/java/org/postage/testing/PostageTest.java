package org.postage.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class a broker of its own, started in milliseconds, and what is made from
 * it. Parameters of test and life-cycle methods say what they want: {@link TestBroker}, {@link
 * org.postage.Postage} (connected, and closed after the test), a producer interface with {@link
 * SendTo}, {@link SentMessages}.
 *
 * <pre>{@code
 * @PostageTest
 * class GreeterTest {
 *   @Test
 *   void greets(Postage postage, TestBroker broker, @SendTo(exchange = "greetings", key = "g") Greetings greetings) {
 *     ...start what is tested with postage...
 *     greetings.message_greet("you");
 *     broker.untilQuiet();
 *     ...what has become of it...
 *   }
 * }
 * }</pre>
 *
 * <p>With the system property or environment variable {@value PostageExtension#URI_PROPERTY} the
 * same tests run against the RabbitMQ at that URI; they share its virtual host then, and what they
 * declare stays there.
 *
 * @see PostageExtension for tests that need other settings
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(PostageExtension.class)
public @interface PostageTest {}
