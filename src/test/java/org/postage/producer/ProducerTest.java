package org.postage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.producer.SendOption.key;
import static org.postage.producer.SendOption.to;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.MessageKey;
import org.postage.message.Param;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.NackedException;
import org.postage.transport.UnroutableException;

/**
 * About {@link ProducerMethod}, {@link Outbox} and {@link MessageSender}: messages, not requests.
 */
class ProducerTest {
  private final Bench bench = new Bench();

  interface EchoProducer {
    void message_echo(String text, SendOption... options);

    void messageNothing();

    void message_sum(int a, int b);

    void message_named(@Param("first") String first, @Param("last") @Nullable String last);

    void message_one(@Param("only") int only);

    void message_list(List<Integer> list);

    void message_varargs(String... texts);

    @Command("renamed")
    void tell(String text);

    @Command
    void tellMore();

    @Status("online")
    void goOnline(SendOption... options);

    @Status
    void goOffline();

    void message_one_option(String text, SendOption option);

    void message_mixed(String text, SendOption option, SendOption... more);

    CompletableFuture<Void> message_confirmed(String text);
  }

  @Test
  void oneArgumentIsTheParameters() {
    bench.create(EchoProducer.class).message_echo("hi");

    assertThat(bench.sent())
        .isEqualTo(Message.command("echo", "hi").withFingerprint(Bench.FINGERPRINT));
  }

  @Test
  void nullIsAnArgument() {
    bench.create(NullProducer.class).message_echo(null);

    assertThat(bench.sent().content()).containsOnlyKeys("parameters").containsValue(null);
  }

  interface NullProducer {
    void message_echo(@Nullable String text);
  }

  @Test
  void noArgumentIsAnEmptyObject() {
    bench.create(EchoProducer.class).messageNothing();

    assertThat(bench.sent().key().name()).isEqualTo("nothing");
    assertThat(bench.sent().parameters()).isEqualTo(Map.of());
  }

  @Test
  void severalArgumentsAreAnObjectByTheirNames() {
    bench.create(EchoProducer.class).message_sum(1, 2);

    assertThat(bench.sent().parameters()).isEqualTo(Map.of("a", 1, "b", 2));
  }

  @Test
  void paramNamesAnArgument() {
    bench.create(EchoProducer.class).message_named("Ann", null);

    Map<String, @Nullable Object> expected = new java.util.HashMap<>();
    expected.put("first", "Ann");
    expected.put("last", null);
    assertThat(bench.sent().parameters()).isEqualTo(expected);
  }

  @Test
  void paramOnTheOneArgumentMakesAnObjectOfOneKey() {
    bench.create(EchoProducer.class).message_one(7);

    assertThat(bench.sent().parameters()).isEqualTo(Map.of("only", 7));
  }

  @Test
  void listAndVarargsAreOneArgument() {
    EchoProducer echo = bench.create(EchoProducer.class);

    echo.message_list(List.of(1, 2));
    echo.message_varargs("a", "b");

    assertThat(bench.transport.published())
        .extracting(published -> Bench.message(published).parameters())
        .containsExactly(List.of(1, 2), List.of("a", "b"));
  }

  @Test
  void annotationsNameWhatIsSent() {
    EchoProducer echo = bench.create(EchoProducer.class);

    echo.tell("x");
    echo.tellMore();
    echo.goOnline();
    echo.goOffline();

    assertThat(bench.transport.published())
        .extracting(published -> Bench.message(published).key())
        .containsExactly(
            new MessageKey(MessageCategory.MESSAGE, "command", "renamed"),
            new MessageKey(MessageCategory.MESSAGE, "command", "tell_more"),
            new MessageKey(MessageCategory.MESSAGE, "status", "online"),
            new MessageKey(MessageCategory.MESSAGE, "status", "go_offline"));
  }

  @Test
  void keyReplacesTheRoutingKey() {
    bench.create(EchoProducer.class).message_echo("hi", key("other-rk"));

    assertThat(bench.transport.onlyPublished().to()).isEqualTo(Bench.EXCHANGE.withKey("other-rk"));
  }

  @Test
  void keyIsThatOfTheFirstExchange() {
    bench
        .create(EchoProducer.class, Bench.TO, Exchange.fanout("other").withKey("x"))
        .message_echo("hi", key("k"));

    assertThat(bench.transport.onlyPublished().to()).isEqualTo(Bench.EXCHANGE.withKey("k"));
  }

  @Test
  void destinationsReplaceTheProducers() {
    Destination one = Exchange.fanout("one").withKey("1");
    Destination two = Destination.queue("two");

    bench.create(EchoProducer.class).message_echo("hi", to(one, two));

    assertThat(bench.transport.published()).extracting(Published::to).containsExactly(one, two);
  }

  @Test
  void destinationsWinOverAKeyInEitherOrder() {
    Destination other = Destination.queue("other");
    EchoProducer echo = bench.create(EchoProducer.class);

    echo.message_echo("hi", key("k"), to(other));
    echo.message_echo("hi", to(other), key("k"));

    assertThat(bench.transport.published()).extracting(Published::to).containsExactly(other, other);
  }

  @Test
  void laterOptionOfOneKindWins() {
    bench.create(EchoProducer.class).message_echo("hi", key("a"), key("b"));

    assertThat(bench.transport.onlyPublished().to()).isEqualTo(Bench.EXCHANGE.withKey("b"));
  }

  @Test
  void messageGoesToEveryDestinationUnderOneId() {
    Destination two = Exchange.topic("t").withKey("a.b");

    bench.create(EchoProducer.class, Bench.TO, two).message_echo("hi");

    assertThat(bench.transport.published())
        .extracting(Published::to)
        .containsExactly(Bench.TO, two);
    assertThat(bench.transport.published())
        .extracting(published -> published.message().messageId())
        .doesNotContainNull()
        .containsOnly(bench.transport.published().get(0).message().messageId());
  }

  @Test
  void idsOfMessagesAreUnique() {
    EchoProducer echo = bench.create(EchoProducer.class);
    for (int i = 0; i < 1_000; i++) {
      echo.message_echo("hi");
    }
    new Bench().create(EchoProducer.class).message_echo("hi");

    assertThat(bench.transport.published().stream().map(p -> p.message().messageId()))
        .doesNotHaveDuplicates()
        .hasSize(1_000);
  }

  @Test
  void twoComponentsGiveDifferentIds() {
    Bench other = new Bench();

    bench.create(EchoProducer.class).message_echo("hi");
    other.create(EchoProducer.class).message_echo("hi");

    assertThat(bench.transport.onlyPublished().message().messageId())
        .isNotEqualTo(other.transport.onlyPublished().message().messageId());
  }

  @Test
  void exchangesAreDeclaredOnceEachWhenTheProducerIsMade() {
    bench.create(
        EchoProducer.class,
        Bench.TO,
        Bench.EXCHANGE.withKey("x"),
        Exchange.fanout("f").withKey(""));

    assertThat(bench.transport.declared()).containsExactly(Bench.EXCHANGE, Exchange.fanout("f"));
  }

  @Test
  void onlyCommandsAreMandatory() {
    EchoProducer echo = bench.create(EchoProducer.class);
    Outbox outbox = bench.outbox(Bench.TO);

    echo.message_echo("hi");
    echo.goOnline();
    outbox.send(Message.bare(List.of(1), Map.of()));
    outbox.send(Message.of(MessageCategory.MESSAGE, "custom", "n", Map.of()));

    assertThat(bench.transport.published())
        .extracting(Published::isMandatory)
        .containsExactly(true, false, false, false);
  }

  @Test
  void messagesCarryContentTypeAndIdAndNothingForAnswers() {
    bench.create(EchoProducer.class).message_echo("hi");

    var message = bench.transport.onlyPublished().message();
    assertThat(message.contentType()).isEqualTo("application/json");
    assertThat(message.messageId()).isNotEmpty();
    assertThat(message.replyTo()).isNull();
    assertThat(message.correlationId()).isNull();
    assertThat(message.isPersistent()).isTrue();
  }

  @Test
  void notPersistentIsAnOption() {
    bench.create(EchoProducer.class).message_echo("hi", SendOption.notPersistent());

    assertThat(bench.transport.onlyPublished().message().isPersistent()).isFalse();
  }

  @Test
  void fingerprintIsMergedOverTheMessagesOwn() {
    bench
        .outbox(Bench.TO)
        .send(
            bench
                .outbox(Bench.TO)
                .signed(
                    Message.command("echo")
                        .withFingerprint(Map.of("name", "other", "extra", "x"))));

    assertThat(bench.sent().fingerprint())
        .containsAllEntriesOf(Bench.FINGERPRINT)
        .containsEntry("extra", "x")
        .hasSize(7);
  }

  @Test
  void optionsMayBeOneOrSeveralOrMixed() {
    EchoProducer echo = bench.create(EchoProducer.class);

    echo.message_one_option("a", key("1"));
    echo.message_mixed("b", key("2"));
    echo.message_mixed("c", key("2"), key("3"), key("4"));

    assertThat(bench.transport.published())
        .extracting(published -> published.to().routingKey())
        .containsExactly("1", "2", "4");
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullOptionsAreRefusedBeforeAnythingIsSent() {
    EchoProducer echo = bench.create(EchoProducer.class);

    assertThatThrownBy(() -> echo.message_one_option("a", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage(
            "EchoProducer.message_one_option(String, SendOption): option 1 is null (expected: SendOption.key(..) and the like)");
    assertThatThrownBy(() -> echo.message_echo("a", (SendOption[]) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage(
            "EchoProducer.message_echo(String, SendOption[]): option 1 is null (expected: SendOption.key(..) and the like)");
    assertThatThrownBy(() -> echo.message_echo("a", key("k"), null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("options: null among them (expected: SendOption.key(..) and the like)");
    assertThat(bench.transport.published()).isEmpty();
  }

  @Test
  void producerWithoutDestinationsNeedsThemInEachCall() {
    EchoProducer echo = bench.create(EchoProducer.class, new Destination[0]);

    assertThatThrownBy(() -> echo.message_echo("hi"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "destinations of 'echo': none (expected: one given to the producer, or to(..))");
    assertThatThrownBy(() -> echo.message_echo("hi", key("k")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "key: 'k' without an exchange (expected: to(exchange.withKey(..)), since this producer has no destinations)");
    echo.message_echo("hi", to(Bench.TO));
    assertThat(bench.transport.onlyPublished().to()).isEqualTo(Bench.TO);
  }

  @Test
  void failureOfAVoidMethodIsToldToTheCallback() {
    NackedException nacked = new NackedException(Bench.TO, "id", 1);
    bench.transport.onPublish(published -> CompletableFuture.failedFuture(nacked));

    bench.create(EchoProducer.class).message_echo("hi");

    assertThat(bench.failures).containsExactly(nacked);
  }

  @Test
  void failureOfAFutureIsItsOwn() {
    UnroutableException unroutable = new UnroutableException(Bench.TO, "id");
    bench.transport.onPublish(published -> CompletableFuture.failedFuture(unroutable));

    CompletableFuture<Void> confirmed = bench.create(EchoProducer.class).message_confirmed("hi");

    assertThat(confirmed).isCompletedExceptionally();
    assertThatThrownBy(confirmed::get).hasCause(unroutable);
    assertThat(bench.failures).isEmpty();
  }

  @Test
  void futureIsDoneWhenTheBrokerHasTheMessage() {
    CompletableFuture<Void> broker = new CompletableFuture<>();
    bench.transport.onPublish(published -> broker);

    CompletableFuture<Void> confirmed = bench.create(EchoProducer.class).message_confirmed("hi");

    assertThat(confirmed).isNotDone();
    broker.complete(null);
    assertThat(confirmed).isCompleted();
  }

  @Test
  void valueThatCanNotBeWrittenIsRefusedBeforeAnythingIsSent() {
    interface DoubleProducer {
      void message_value(double[] values);
    }

    DoubleProducer producer = bench.create(DoubleProducer.class);

    assertThatThrownBy(() -> producer.message_value(new double[] {Double.NaN}))
        .hasMessage(
            "$.content.parameters: cannot be written as JSON: NaN (expected: a finite number)");
    assertThat(bench.transport.published()).isEmpty();
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> SendOption.timeout(java.time.Duration.ZERO))
        .hasMessage("timeout: PT0S (expected: more than PT0S)");
    assertThatThrownBy(() -> SendOption.maxRetry(-1))
        .hasMessage("maxRetry: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> SendOption.maxReplies(0))
        .hasMessage("maxReplies: 0 (expected: 1 or more)");
    assertThat(Arrays.asList(SendOptions.of().timeout, SendOptions.of().maxRetry))
        .containsExactly(java.time.Duration.ofSeconds(30), 4);
  }
}
