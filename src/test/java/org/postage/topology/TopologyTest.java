package org.postage.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** About {@link Exchange}, {@link Queue}, {@link Binding}, {@link Destination} and names. */
class TopologyTest {
  private static final Exchange EXCHANGE = Exchange.direct("e");

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "世", "\ud83d\ude00"})
  void namesTakeTwoHundredFiftyFiveBytesAndNoMore(String character) {
    int bytes = character.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    String fits = character.repeat(255 / bytes) + "x".repeat(255 % bytes);
    String tooLong = fits + "x";

    assertThatCode(() -> Exchange.direct(fits).to(fits, fits)).doesNotThrowAnyException();
    assertThatCode(() -> new Address(fits)).doesNotThrowAnyException();
    assertTooLong(() -> Exchange.direct(tooLong), "exchange name", tooLong);
    assertTooLong(() -> Exchange.of("e", tooLong), "exchange type", tooLong);
    assertTooLong(() -> Queue.named(tooLong), "queue name", tooLong);
    assertTooLong(() -> EXCHANGE.withKey(tooLong), "routing key", tooLong);
    assertTooLong(() -> EXCHANGE.to("q", tooLong), "routing key", tooLong);
    assertTooLong(() -> new Address(tooLong), "routing key", tooLong);
    assertTooLong(() -> Destination.queue(tooLong), "routing key", tooLong);
    assertTooLong(() -> Queue.named("q").withArgument(tooLong, 1), "queue argument", tooLong);
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullsAreRefusedByName() {
    assertNull(() -> Exchange.direct(null), "exchange name");
    assertNull(() -> Exchange.of("e", null), "exchange type");
    assertNull(() -> new Exchange("e", "direct", true, false, null, Map.of()), "declaration");
    assertNull(() -> Queue.named(null), "queue name");
    assertNull(() -> EXCHANGE.withKey(null), "routing key");
    assertNull(() -> new Destination(null, "k"), "exchange");
    assertNull(() -> new Binding(null, Queue.named("q"), "k", Map.of()), "exchange");
    assertNull(() -> new Binding(EXCHANGE, null, "k", Map.of()), "queue");
    assertNull(() -> EXCHANGE.to("q", null), "routing key");
  }

  @Test
  void exchangeIsDurableDirectAndNotAutoDeleteAsPythons() {
    assertThat(EXCHANGE)
        .isEqualTo(new Exchange("e", "direct", true, false, Declaration.ADOPT, Map.of()));
    assertThat(Exchange.fanout("e").type()).isEqualTo("fanout");
    assertThat(Exchange.topic("e").type()).isEqualTo("topic");
    assertThat(Exchange.headers("e").type()).isEqualTo("headers");
    assertThat(Exchange.of("e", "x-delayed-message").type()).isEqualTo("x-delayed-message");
  }

  @Test
  void eachWordAboutAnExchangeChangesOneThing() {
    assertThat(EXCHANGE.notDurable())
        .isEqualTo(new Exchange("e", "direct", false, false, Declaration.ADOPT, Map.of()));
    assertThat(EXCHANGE.autoDelete())
        .isEqualTo(new Exchange("e", "direct", true, true, Declaration.ADOPT, Map.of()));
    assertThat(EXCHANGE.passive())
        .isEqualTo(new Exchange("e", "direct", true, false, Declaration.PASSIVE, Map.of()));
    assertThat(EXCHANGE.strict())
        .isEqualTo(new Exchange("e", "direct", true, false, Declaration.STRICT, Map.of()));
    assertThat(EXCHANGE.notDurable().autoDelete().strict())
        .isEqualTo(new Exchange("e", "direct", false, true, Declaration.STRICT, Map.of()));
  }

  @Test
  void defaultExchangeIsTheOneWithoutAName() {
    assertThat(Exchange.DEFAULT.isDefault()).isTrue();
    assertThat(EXCHANGE.isDefault()).isFalse();
    assertThat(Destination.queue("q").exchange().isDefault()).isTrue();
  }

  @Test
  void queueIsTransientAndSharedAsPythons() {
    assertThat(Queue.named("q"))
        .isEqualTo(new Queue("q", false, false, false, Declaration.ADOPT, Map.of()));
  }

  @Test
  void eachWordAboutAQueueChangesOneThing() {
    Queue queue = Queue.named("q");

    assertThat(queue.durable())
        .isEqualTo(new Queue("q", true, false, false, Declaration.ADOPT, Map.of()));
    assertThat(queue.exclusive())
        .isEqualTo(new Queue("q", false, true, false, Declaration.ADOPT, Map.of()));
    assertThat(queue.autoDelete())
        .isEqualTo(new Queue("q", false, false, true, Declaration.ADOPT, Map.of()));
    assertThat(queue.passive())
        .isEqualTo(new Queue("q", false, false, false, Declaration.PASSIVE, Map.of()));
    assertThat(queue.strict())
        .isEqualTo(new Queue("q", false, false, false, Declaration.STRICT, Map.of()));
    assertThat(queue.quorum())
        .isEqualTo(
            new Queue(
                "q", true, false, false, Declaration.ADOPT, Map.of("x-queue-type", "quorum")));
    assertThat(queue.expires(Duration.ofSeconds(2)).arguments())
        .isEqualTo(Map.of("x-expires", 2_000L));
    assertThat(queue.autoDelete().withArgument("x-max-length", 5).durable().strict())
        .isEqualTo(
            new Queue("q", true, false, true, Declaration.STRICT, Map.of("x-max-length", 5)));
  }

  @Test
  void queueCopiesItsArguments() {
    Map<String, Object> arguments = new HashMap<>();
    Queue queue = new Queue("q", false, false, false, Declaration.ADOPT, arguments);

    arguments.put("x-max-length", 1);

    assertThat(queue.arguments()).isEmpty();
    assertThatThrownBy(() -> queue.arguments().put("a", 1))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void queueThatExpiresAtOnceIsRefused() {
    assertThatThrownBy(() -> Queue.named("q").expires(Duration.ofNanos(999_999)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expires: PT0.000999999S (expected: at least PT0.001S)");
  }

  @Test
  void destinationReadsWell() {
    assertThat(EXCHANGE.withKey("k")).hasToString("exchange 'e' with key 'k'");
    assertThat(Destination.queue("q")).hasToString("queue 'q'");
  }

  @Test
  void bindingJoinsAQueueToAnExchange() {
    assertThat(EXCHANGE.to("q", "k"))
        .isEqualTo(new Binding(EXCHANGE, Queue.named("q"), "k", Map.of()))
        .isEqualTo(EXCHANGE.to(Queue.named("q"), "k"));
  }

  private static void assertTooLong(Runnable making, String what, String name) {
    int bytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    assertThatThrownBy(making::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            what
                + ": "
                + bytes
                + " bytes, '"
                + name.substring(0, 32)
                + "...' (expected: at most 255 bytes of UTF-8)");
  }

  private static void assertNull(Runnable making, String what) {
    assertThatThrownBy(making::run).isInstanceOf(NullPointerException.class).hasMessage(what);
  }
}
