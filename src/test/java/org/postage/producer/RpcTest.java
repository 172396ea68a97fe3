package org.postage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postage.producer.Bench.TO;
import static org.postage.producer.Bench.bareReply;
import static org.postage.producer.Bench.reply;
import static org.postage.producer.Bench.textReply;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.topology.Exchange;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.RawMessage;
import org.postage.transport.TransportException;
import org.postage.transport.UnroutableException;

/** About {@link ReturnTypes}, {@link Reply}, {@link ReplyQueue} and {@link Replies}. */
class RpcTest {
  private final Bench bench = new Bench();

  record Order(String customer, int total) {}

  interface EchoProducer {
    String rpc_echo(String text, SendOption... options);

    int rpc_sum(int a, int b);

    void rpc_nothing();

    @Nullable Object rpc_any();

    Result rpc_result();

    List<Order> rpc_orders();

    CompletableFuture<Integer> rpc_later();

    CompletableFuture<Result> rpc_result_later();

    ReplyQueue rpc_queue(SendOption... options);

    Replies<Integer> rpc_all(SendOption... options);

    @Rpc("renamed")
    String ask();
  }

  @Test
  void valueIsReturnedAsItsType() {
    bench.answer(request -> Result.success(request.parameters()));

    assertThat(producer().rpc_echo("hi")).isEqualTo("hi");
  }

  @Test
  void requestGoesToTheFirstDestinationOnly() {
    bench.answer(request -> Result.success("x"));

    bench.create(EchoProducer.class, TO, Exchange.fanout("other").withKey("k")).rpc_echo("hi");

    assertThat(bench.transport.onlyPublished().to()).isEqualTo(TO);
    assertThat(bench.sent())
        .isEqualTo(Message.rpc("echo", "hi").withFingerprint(Bench.FINGERPRINT));
  }

  @Test
  void annotationNamesTheRequest() {
    bench.answer(request -> Result.success(request.name()));

    assertThat(producer().ask()).isEqualTo("renamed");
  }

  @Test
  void severalArgumentsAreAnObject() {
    bench.answer(
        request ->
            Result.success(
                request.content().equals(Map.of("parameters", Map.of("a", 5, "b", 3))) ? 2 : 0));

    assertThat(producer().rpc_sum(5, 3)).isEqualTo(2);
  }

  @Test
  void genericValuesAreRead() {
    bench.answer(request -> Result.success(List.of(new Order("Ann", 3))));

    assertThat(producer().rpc_orders()).containsExactly(new Order("Ann", 3));
  }

  @Test
  void voidTakesAnyValue() {
    bench.answer(request -> Result.success("ignored"));

    producer().rpc_nothing();

    assertThat(bench.transport.published()).hasSize(1);
  }

  @Test
  void nullIsAValue() {
    bench.answer(request -> Result.success(null));

    assertThat(producer().rpc_any()).isNull();
    assertThat(producer().rpc_result()).isEqualTo(Result.success(null));
  }

  @Test
  void errorReplyIsAnExceptionWithItsText() {
    bench.answer(request -> Result.error("not\ntoday"));

    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .isInstanceOfSatisfying(
            ErrorReplyException.class,
            e -> {
              assertThat(e.remoteMessage()).isEqualTo("not\ntoday");
              assertThat(e.request()).isEqualTo("echo");
              assertThat(e.destination()).isEqualTo(TO);
            })
        .hasMessage(
            "request 'echo' to exchange 'echo-exchange' with key 'echo-rk': error reply: not\\u000atoday");
  }

  @Test
  void exceptionReplyIsAnExceptionWithTheFarNameAsText() {
    bench.answer(request -> new Result.Thrown("java.lang.OutOfMemoryError", "boom"));

    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .isInstanceOfSatisfying(
            ExceptionReplyException.class,
            e -> {
              assertThat(e.remoteType()).isEqualTo("java.lang.OutOfMemoryError");
              assertThat(e.remoteMessage()).isEqualTo("boom");
            })
        .hasMessage(
            "request 'echo' to exchange 'echo-exchange' with key 'echo-rk': exception reply: java.lang.OutOfMemoryError: boom");
  }

  @Test
  void resultIsReturnedWhateverItIs() {
    bench.answer(request -> Result.error("why"));

    assertThat(producer().rpc_result()).isEqualTo(Result.error("why"));
    assertThat(producer().rpc_result_later()).isCompletedWithValue(Result.error("why"));
  }

  @Test
  void futureIsDoneWithTheValueOrTheError() {
    bench.answer(request -> Result.success(7));
    assertThat(producer().rpc_later()).isCompletedWithValue(7);

    bench.answer(request -> Result.error("why"));
    assertThatThrownBy(() -> producer().rpc_later().get())
        .cause()
        .isInstanceOf(ErrorReplyException.class);
  }

  @Test
  void valueOfAnotherTypeIsMalformedAndSaysWhere() {
    bench.answer(
        request ->
            Result.success(List.of(Map.of("customer", "Ann", "total", 1), Map.of("total", "x"))));

    assertThatThrownBy(() -> producer().rpc_orders())
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$.content.value[1].total: 'x' (expected: int)");
  }

  @Test
  void replyThatIsNoResultIsMalformed() {
    answerText(
        "{\"type\": \"command\", \"name\": \"x\", \"category\": \"message\", \"content\": {}}");
    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$.type: 'command' (expected: 'result')");

    answerText("[]");
    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$: a list (expected: an object)");

    answerText("nonsense");
    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .hasMessageStartingWith("body of 8 bytes: not JSON: ");
    assertThatThrownBy(() -> producer().rpc_later().get())
        .cause()
        .hasMessageStartingWith("body of 8 bytes: not JSON: ");
    assertThatThrownBy(() -> producer().rpc_result_later().get())
        .cause()
        .hasMessageStartingWith("body of 8 bytes: not JSON: ");
  }

  @Test
  void exceptionShowsWhereTheCallWasMade() {
    bench.transport.onPublish(
        published -> CompletableFuture.failedFuture(new UnroutableException(TO, "id")));

    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .isInstanceOf(UnroutableException.class)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .extracting(Throwable::getMessage)
                    .isEqualTo("the call was made here"));
  }

  @Test
  void interruptedCallerGetsItsInterruptionBack() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> producer().rpc_echo("hi"))
        .isInstanceOf(TransportException.class)
        .hasMessage("interrupted while waiting for the reply to 'echo'");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void replyQueueIsNamedAndCollects() {
    try (ReplyQueue queue = producer().rpc_queue()) {
      Published request = bench.transport.onlyPublished();
      assertThat(queue.name()).isEqualTo("amq.gen-1").isEqualTo(request.replyTo());
      bench.transport.deliver(queue.name(), reply(Result.success(1), request.correlationId()));
      bench.transport.deliver(queue.name(), bareReply(Result.error("two")));
      bench.transport.deliver(queue.name(), textReply("x", "any"));

      assertThat(queue.next(Duration.ZERO)).contains(Result.success(1));
      assertThat(queue.results(5, Duration.ofMillis(1)))
          .hasSize(2)
          .contains(Result.error("two"))
          .element(1)
          .asString()
          .contains("Malformed reply: body of 1 bytes: not JSON: ");
      assertThat(queue.next(Duration.ZERO)).isEqualTo(Optional.empty());
    }
    assertThat(bench.transport.discarded()).containsExactly("amq.gen-1");
  }

  @Test
  void replyQueueTellsThatNobodyListens() {
    UnroutableException unroutable = new UnroutableException(TO, "id");
    bench.transport.onPublish(published -> CompletableFuture.failedFuture(unroutable));

    try (ReplyQueue queue = producer().rpc_queue()) {
      assertThatThrownBy(() -> queue.next(Duration.ZERO)).isSameAs(unroutable);
      assertThatThrownBy(() -> queue.results(1, Duration.ZERO)).isSameAs(unroutable);
    }
  }

  @Test
  void replyQueueTellsThatItIsLost() {
    try (ReplyQueue queue = producer().rpc_queue()) {
      bench.transport.lose(new java.io.EOFException());

      assertThatThrownBy(() -> queue.next(Duration.ZERO))
          .isInstanceOf(TransportException.class)
          .hasMessage("reply queue 'amq.gen-1' is lost with the connection");
    }
  }

  @Test
  void replyQueueIsFreshEveryTime() {
    producer().rpc_queue().close();
    producer().rpc_queue().close();

    assertThat(bench.transport.published())
        .extracting(Published::replyTo)
        .containsExactly("amq.gen-1", "amq.gen-2");
  }

  @Test
  void requestForAReplyQueueIsWaitedForOnlyAsLongAsItsQueueHasLeft() {
    Duration timeout = Duration.ofSeconds(20);
    bench.transport.holdAddresses();
    EchoProducer client = producer();
    CompletableFuture<ReplyQueue> queue =
        CompletableFuture.supplyAsync(() -> client.rpc_queue(SendOption.timeout(timeout)));

    await()
        .until(
            () -> {
              bench.transport.releaseAddresses();
              return queue.isDone();
            });

    assertThat(bench.transport.onlyPublished().message().expiration()).isLessThan(timeout);
    queue.join().close();
  }

  @Test
  void replyQueueThatCanNotBeOpenedInTimeIsAnError() {
    bench.transport.holdAddresses();

    assertThatThrownBy(() -> producer().rpc_queue(SendOption.timeout(Duration.ofMillis(1))))
        .isInstanceOf(org.postage.transport.NotSentException.class)
        .hasMessageStartingWith("not sent: no reply queue within PT0.001S (message ");
    assertThat(bench.transport.published()).isEmpty();
  }

  @Test
  void repliesAreGatheredUntilThereAreEnough() {
    answerAll(Result.success(1), Result.success(2), Result.success(3));

    assertThat(producer().rpc_all(SendOption.maxReplies(2)).toList()).containsExactly(1, 2);
    assertThat(bench.transport.discarded()).containsExactly("amq.gen-1");
  }

  @Test
  void repliesAreGatheredUntilTheTimeIsOver() {
    answerAll(Result.success(1), Result.success(2));

    assertThat(producer().rpc_all(SendOption.timeout(Duration.ofMillis(50))).toList())
        .containsExactly(1, 2);
  }

  @Test
  void repliesThatAreNoValuesAreKeptAsFailures() {
    answerAll(
        Result.success(1),
        Result.error("no"),
        Result.success("text"),
        Result.exception(new IllegalStateException("broken")),
        Result.success(2));

    Replies<Integer> replies = producer().rpc_all(SendOption.maxReplies(5));

    assertThat(replies.toList()).containsExactly(1, 2);
    assertThat(replies.failures())
        .containsExactly(
            Result.error("no"),
            Result.error("Malformed reply: $.content.value: 'text' (expected: Integer)"),
            new Result.Thrown("IllegalStateException", "broken"));
  }

  private EchoProducer producer() {
    return bench.create(EchoProducer.class);
  }

  private void answerText(String body) {
    answer(request -> List.of(textReply(body, request.correlationId())));
  }

  private void answerAll(Result... results) {
    answer(
        request ->
            List.of(results).stream()
                .map(result -> reply(result, request.correlationId()))
                .toList());
  }

  private void answer(java.util.function.Function<Published, List<RawMessage>> server) {
    bench.transport.onPublish(
        request -> {
          server.apply(request).forEach(each -> bench.transport.deliver(request.replyTo(), each));
          return CompletableFuture.completedFuture(null);
        });
  }
}
