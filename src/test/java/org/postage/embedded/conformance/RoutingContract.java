package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which queues a message reaches. */
abstract class RoutingContract extends BrokerContract {
  @Test
  void defaultExchangeRoutesToTheQueueOfThatName() throws Exception {
    String queue = queue();

    publish("", queue, "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @ParameterizedTest
  @CsvSource({"a/b", "a@b", "a#b", "a.b:c", "gr\u00fc\u00df-\u4e16"})
  void queueNamesMayHaveAnyCharacters(String name) throws Exception {
    String queue = fresh(name);
    channel().queueDeclare(queue, false, true, false, Map.of());

    publish("", queue, "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void directExchangeComparesTheWholeKey() throws Exception {
    String exchange = exchange("direct");
    String queue = boundQueue(exchange, "a.b");

    publish(exchange, "a.b", "yes");
    publish(exchange, "a", "no");
    publish(exchange, "a.b.c", "no");
    publish(exchange, "A.B", "no");

    assertThat(drain(queue)).containsExactly("yes");
  }

  @Test
  void directExchangeRoutesToAllQueuesWithTheKey() throws Exception {
    String exchange = exchange("direct");
    String one = boundQueue(exchange, "k");
    String other = boundQueue(exchange, "k");

    publish(exchange, "k", "hello");

    assertThat(List.of(drain(one), drain(other))).containsOnly(List.of("hello"));
  }

  @Test
  void fanoutExchangeIgnoresTheKey() throws Exception {
    String exchange = exchange("fanout");
    String queue = boundQueue(exchange, "k");

    publish(exchange, "whatever", "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void queueBoundTwiceGetsAMessageOnce() throws Exception {
    String exchange = exchange("topic");
    String queue = boundQueue(exchange, "#");
    channel().queueBind(queue, exchange, "a.*");

    publish(exchange, "a.b", "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @ParameterizedTest
  @CsvSource({
    "a.*, a.b, true",
    "a.*, a, false",
    "a.*, a.b.c, false",
    "a.#, a, true",
    "a.#, a.b.c, true",
    "#, '', true",
    "#, a.b, true",
    "*, '', false",
    "*, a, true",
    "*.b.#, a.b, true",
    "*.b.#, a.c, false",
    "#.b, a.a.b, true",
    "#.b, b, true",
    "#.b.#, a.b.c, true",
    "#.#, a, true",
    "a.*.#, a, false",
    "a..b, a..b, true",
    "a.*.b, a..b, true",
    "a*, ab, false",
    "'', '', true",
    "'', a, false"
  })
  void topicPatternMatchesWordByWord(String pattern, String key, boolean matches) throws Exception {
    String exchange = exchange("topic");
    String queue = boundQueue(exchange, pattern);

    publish(exchange, key, "hello");

    assertThat(drain(queue)).hasSize(matches ? 1 : 0);
  }

  @Test
  void headersExchangeWantsAllByDefault() throws Exception {
    String exchange = exchange("headers");
    String queue = boundByHeaders(exchange, Map.of("a", 1, "b", "x"));

    publish(exchange, "", headers(Map.of("a", 1, "b", "x", "c", true)), "both");
    publish(exchange, "", headers(Map.of("a", 1)), "one");

    assertThat(drain(queue)).containsExactly("both");
  }

  @Test
  void headersExchangeTakesAnyIfAsked() throws Exception {
    String exchange = exchange("headers");
    String queue = boundByHeaders(exchange, Map.of("x-match", "any", "a", 1, "b", "x"));

    publish(exchange, "", headers(Map.of("b", "x")), "one");
    publish(exchange, "", headers(Map.of("a", 2)), "none");

    assertThat(drain(queue)).containsExactly("one");
  }

  @Test
  void headersStartingWithXAreNotCompared() throws Exception {
    String exchange = exchange("headers");
    String queue = boundByHeaders(exchange, Map.of("x-match", "all", "x-foo", 1, "a", 1));

    publish(exchange, "", headers(Map.of("a", 1)), "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void headersStartingWithXAreComparedIfAsked() throws Exception {
    String exchange = exchange("headers");
    String queue = boundByHeaders(exchange, Map.of("x-match", "all-with-x", "x-foo", 1));

    publish(exchange, "", headers(Map.of("x-foo", 1)), "with");
    publish(exchange, "", headers(Map.of("a", 1)), "without");

    assertThat(drain(queue)).containsExactly("with");
  }

  @Test
  void headerWithoutValueIsOnlyLookedFor() throws Exception {
    String exchange = exchange("headers");
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("a", null);
    String queue = boundByHeaders(exchange, arguments);

    publish(exchange, "", headers(Map.of("a", "anything")), "with");
    publish(exchange, "", headers(Map.of("b", 1)), "without");

    assertThat(drain(queue)).containsExactly("with");
  }

  @Test
  void headersExchangeTakesMessagesWithoutHeadersIfItWantsNone() throws Exception {
    String exchange = exchange("headers");
    String queue = boundByHeaders(exchange, Map.of());

    publish(exchange, "", "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void unknownHeadersMatchIsRefused() throws Exception {
    String queue = queue();
    Map<String, Object> arguments = Map.of("x-match", "foo");

    assertThat(refused(on -> on.queueBind(queue, "amq.headers", "", arguments)))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - Invalid x-match field value <<\"foo\">>; expected all, any,"
                    + " all-with-x, or any-with-x"));
  }

  private String boundByHeaders(String exchange, Map<String, Object> arguments) throws Exception {
    String queue = queue();
    channel().queueBind(queue, exchange, "", arguments);
    return queue;
  }

  @Test
  void bindingAgainDoesNothing() throws Exception {
    String exchange = exchange("direct");
    String queue = boundQueue(exchange, "k");

    channel().queueBind(queue, exchange, "k");
    publish(exchange, "k", "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void unboundQueueGetsNothingMore() throws Exception {
    String exchange = exchange("direct");
    String queue = boundQueue(exchange, "k");
    channel().queueBind(queue, exchange, "other");

    channel().queueUnbind(queue, exchange, "k");
    publish(exchange, "k", "hello");

    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void unbindingWhatIsNotBoundIsFine() throws Exception {
    String queue = queue();

    assertThatCode(
            () -> {
              channel().queueUnbind(queue, "amq.direct", "nope");
              channel().queueUnbind(queue, "nope", "k");
              channel().queueUnbind("nope", "amq.direct", "k");
            })
        .doesNotThrowAnyException();
  }

  @Test
  void missingQueueCannotBeBound() throws Exception {
    assertThat(refused(on -> on.queueBind("nope", "amq.direct", "k")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no queue 'nope' in vhost '/'"));
  }

  @Test
  void queueCannotBeBoundToAMissingExchange() throws Exception {
    String queue = queue();

    assertThat(refused(on -> on.queueBind(queue, "nope", "k")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no exchange 'nope' in vhost '/'"));
  }

  @Test
  void missingExchangeIsNamedBeforeAMissingQueue() throws Exception {
    assertThat(refused(on -> on.queueBind("nope", "no-exchange", "k")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no exchange 'no-exchange' in vhost '/'"));
  }

  @Test
  void exchangeCanBeBoundToAnExchange() throws Exception {
    String source = exchange("topic");
    String destination = exchange("fanout");
    String queue = boundQueue(destination, "");
    channel().exchangeBind(destination, source, "a.#");

    publish(source, "a.b", "yes");
    publish(source, "b", "no");

    assertThat(drain(queue)).containsExactly("yes");
  }

  @Test
  void exchangesBoundInACircleRouteOnce() throws Exception {
    String one = exchange("fanout");
    String other = exchange("fanout");
    channel().exchangeBind(one, other, "");
    channel().exchangeBind(other, one, "");
    String queue = boundQueue(other, "");

    publish(one, "", "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void exchangeUnboundFromAnExchangeGetsNothingMore() throws Exception {
    String source = exchange("fanout");
    String destination = exchange("fanout");
    String queue = boundQueue(destination, "");
    channel().exchangeBind(destination, source, "");
    channel().exchangeBind(destination, source, "stays");

    channel().exchangeUnbind(destination, source, "");
    channel().exchangeUnbind(destination, source, "stays");

    assertThat(refused(on -> on.basicPublish(source, "", null, new byte[0])).code())
        .as("an auto-delete source without bindings")
        .isEqualTo(404);
    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void missingExchangeCannotBeBound() throws Exception {
    String exchange = exchange("direct");

    assertThat(refused(on -> on.exchangeBind("nope", exchange, "")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no exchange 'nope' in vhost '/'"));
  }

  @Test
  void alternateExchangeTakesWhatNoBindingTakes() throws Exception {
    String alternate = exchange("fanout");
    String rest = boundQueue(alternate, "");
    String exchange = exchange("direct", Map.of("alternate-exchange", alternate));
    String queue = boundQueue(exchange, "k");

    publish(exchange, "k", "bound");
    publish(exchange, "other", "unbound");

    assertThat(drain(queue)).containsExactly("bound");
    assertThat(drain(rest)).containsExactly("unbound");
  }

  @Test
  void alternateExchangesAreFollowedOneAfterTheOther() throws Exception {
    String last = exchange("fanout");
    String queue = boundQueue(last, "");
    String second = exchange("direct", Map.of("alternate-exchange", last));
    String first = exchange("direct", Map.of("alternate-exchange", second));

    publish(first, "k", "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void missingAlternateExchangeLosesTheMessage() throws Exception {
    String exchange = exchange("direct", Map.of("alternate-exchange", "nope"));

    channel().basicPublish(exchange, "k", null, new byte[0]);

    assertThat(awaitConfirms()).isTrue();
  }

  @Test
  void ccAndBccAreFurtherRoutingKeys() throws Exception {
    String to = queue();
    String cc = queue();
    String bcc = queue();

    publish("", to, headers(Map.of("CC", List.of(cc), "BCC", Arrays.asList(bcc))), "hello");

    assertThat(List.of(drain(to), drain(cc), drain(bcc))).containsOnly(List.of("hello"));
  }

  @Test
  void bccIsSeenByNobody() throws Exception {
    String to = queue();

    publish("", to, headers(Map.of("CC", List.of("c"), "BCC", List.of("b"))), "hello");

    assertThat(take(to).getProps().getHeaders()).containsOnlyKeys("CC");
  }

  @Test
  void ccMustBeAList() throws Exception {
    assertThat(refused(on -> on.basicPublish("", "q", headers(Map.of("CC", "a")), new byte[0])))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - invalid message:"
                    + " {unacceptable_type_in_header,\"CC\",longstr}"));
  }
}
