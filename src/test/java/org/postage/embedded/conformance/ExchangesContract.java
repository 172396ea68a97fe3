package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Declaring and deleting exchanges. */
abstract class ExchangesContract extends BrokerContract {
  @ParameterizedTest
  @CsvSource({
    "amq.direct, direct",
    "amq.fanout, fanout",
    "amq.topic, topic",
    "amq.headers, headers",
    "amq.match, headers"
  })
  void standardExchangesAreThereAndDurable(String name, String type) {
    assertThatCode(() -> channel().exchangeDeclare(name, type, true)).doesNotThrowAnyException();
  }

  @Test
  void sameDeclarationAgainIsFine() throws Exception {
    String exchange = exchange("topic");

    assertThatCode(() -> channel().exchangeDeclare(exchange, "topic", false, true, Map.of()))
        .doesNotThrowAnyException();
  }

  @Test
  void otherTypeIsRefused() throws Exception {
    String exchange = exchange("direct");

    assertThat(refused(on -> on.exchangeDeclare(exchange, "fanout", false, true, Map.of())))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'type' for exchange '"
                    + exchange
                    + "' in vhost '/': received 'fanout' but current is 'direct'"));
  }

  @Test
  void otherDurabilityIsRefused() throws Exception {
    String exchange = exchange("direct");

    assertThat(refused(on -> on.exchangeDeclare(exchange, "direct", true, true, Map.of())))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange '"
                    + exchange
                    + "' in vhost '/': received 'true' but current is 'false'"));
  }

  @Test
  void otherAutoDeleteIsRefused() throws Exception {
    String exchange = exchange("direct");

    assertThat(refused(on -> on.exchangeDeclare(exchange, "direct", false, false, Map.of())))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'auto_delete' for exchange '"
                    + exchange
                    + "' in vhost '/': received 'false' but current is 'true'"));
  }

  @Test
  void otherInternalFlagIsRefused() throws Exception {
    String exchange = exchange("direct");

    assertThat(refused(on -> on.exchangeDeclare(exchange, "direct", false, true, true, Map.of())))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'internal' for exchange '"
                    + exchange
                    + "' in vhost '/': received 'true' but current is 'false'"));
  }

  @Test
  void otherAlternateExchangeIsRefused() throws Exception {
    String exchange = exchange("direct");
    Map<String, Object> arguments = Map.of("alternate-exchange", "a");

    assertThat(refused(on -> on.exchangeDeclare(exchange, "direct", false, true, arguments)))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange '"
                    + exchange
                    + "' in vhost '/': received the value 'a' of type 'longstr' but current is none"));
  }

  @Test
  void otherUnknownArgumentsAreIgnored() throws Exception {
    String exchange = exchange("direct");

    assertThatCode(
            () -> channel().exchangeDeclare(exchange, "direct", false, true, Map.of("x-foo", 1)))
        .doesNotThrowAnyException();
  }

  @Test
  void alternateExchangeMustBeText() throws Exception {
    String name = fresh("x");
    Map<String, Object> arguments = Map.of("alternate-exchange", 1);

    assertThat(refused(on -> on.exchangeDeclare(name, "direct", false, true, arguments)))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange '"
                    + name
                    + "' in vhost '/'"));
  }

  @Test
  void unknownTypeClosesTheConnection() throws Exception {
    assertThat(refused(on -> on.exchangeDeclare(fresh("x"), "foo")))
        .isEqualTo(Closed.connection(503, "COMMAND_INVALID - invalid exchange type 'foo'"));
  }

  @Test
  void namesStartingWithAmqAreReserved() throws Exception {
    assertThat(refused(on -> on.exchangeDeclare("amq.foo", "direct")))
        .isEqualTo(
            Closed.channel(
                403, "ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*'"));
  }

  @Test
  void passiveDeclarationFindsAnExchangeWhateverItsType() throws Exception {
    String exchange = exchange("direct");

    assertThatCode(() -> channel().exchangeDeclarePassive(exchange)).doesNotThrowAnyException();
  }

  @Test
  void passiveDeclarationOfAMissingExchangeIsRefused() throws Exception {
    assertThat(refused(on -> on.exchangeDeclarePassive("nope")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no exchange 'nope' in vhost '/'"));
  }

  @Test
  void deletedExchangeIsGone() throws Exception {
    String exchange = exchange("direct");

    channel().exchangeDelete(exchange);

    assertThat(refused(on -> on.exchangeDeclarePassive(exchange)).code()).isEqualTo(404);
  }

  @Test
  void deletingAMissingExchangeIsFine() {
    assertThatCode(() -> channel().exchangeDelete("nope")).doesNotThrowAnyException();
  }

  @Test
  void exchangeInUseIsNotDeletedIfUnusedIsAskedFor() throws Exception {
    String exchange = exchange("direct");
    boundQueue(exchange, "k");

    assertThat(refused(on -> on.exchangeDelete(exchange, true)))
        .isEqualTo(
            Closed.channel(
                406, "PRECONDITION_FAILED - exchange '" + exchange + "' in vhost '/' in use"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"amq.direct", "amq.topic"})
  void standardExchangesCannotBeDeleted(String name) throws Exception {
    assertThat(refused(on -> on.exchangeDelete(name)))
        .isEqualTo(
            Closed.channel(
                403,
                "ACCESS_REFUSED - deletion of system exchange '"
                    + name
                    + "' in vhost '/' not allowed"));
  }

  @Test
  void defaultExchangeCannotBeDeclared() throws Exception {
    assertThat(refused(on -> on.exchangeDeclare("", "direct"))).isEqualTo(defaultExchange());
  }

  @Test
  void defaultExchangeCannotBeDeleted() throws Exception {
    assertThat(refused(on -> on.exchangeDelete(""))).isEqualTo(defaultExchange());
  }

  @Test
  void defaultExchangeCannotBeBoundTo() throws Exception {
    String queue = queue();

    assertThat(refused(on -> on.queueBind(queue, "", "k"))).isEqualTo(defaultExchange());
  }

  @Test
  void defaultExchangeCannotBeUnboundFrom() throws Exception {
    String queue = queue();

    assertThat(refused(on -> on.queueUnbind(queue, "", queue))).isEqualTo(defaultExchange());
  }

  private static Closed defaultExchange() {
    return Closed.channel(403, "ACCESS_REFUSED - operation not permitted on the default exchange");
  }

  @Test
  void autoDeleteExchangeGoesWithItsLastBinding() throws Exception {
    String exchange = exchange("direct");
    String queue = boundQueue(exchange, "k");

    channel().queueUnbind(queue, exchange, "k");

    assertThat(refused(on -> on.exchangeDeclarePassive(exchange)).code()).isEqualTo(404);
  }

  @Test
  void autoDeleteExchangeGoesWithItsLastQueue() throws Exception {
    String exchange = exchange("direct");
    String queue = boundQueue(exchange, "k");

    channel().queueDelete(queue);

    assertThat(refused(on -> on.exchangeDeclarePassive(exchange)).code()).isEqualTo(404);
  }

  @Test
  void autoDeleteExchangeStaysUntilItWasBound() throws Exception {
    String exchange = exchange("direct");

    assertThatCode(() -> channel().exchangeDeclarePassive(exchange)).doesNotThrowAnyException();
  }

  @Test
  void internalExchangeTakesNothingFromPublishers() throws Exception {
    String exchange = fresh("x");
    channel().exchangeDeclare(exchange, "direct", false, true, true, Map.of());

    assertThat(refused(on -> on.basicPublish(exchange, "k", null, new byte[0])))
        .isEqualTo(
            Closed.channel(
                403,
                "ACCESS_REFUSED - cannot publish to internal exchange '"
                    + exchange
                    + "' in vhost '/'"));
  }
}
