package org.postage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.producer.Bench.TO;
import static org.postage.producer.Bench.bareReply;
import static org.postage.producer.Bench.reply;
import static org.postage.producer.SendOption.maxRetry;
import static org.postage.producer.SendOption.timeout;

import java.io.EOFException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.transport.InMemoryTransport;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.ManualExecutor;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.UnroutableException;

/** About {@link Call} and {@link Requests}: a reply never reaches another call. */
class CallTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ManualExecutor executor = new ManualExecutor();
  private final Bench bench = new Bench(executor);
  private final InMemoryTransport transport = bench.transport;
  private final Outbox outbox = bench.outbox(TO);

  @Test
  void requestNamesItsCallAndItsReplyQueue() {
    call("a");

    Published request = transport.onlyPublished();
    assertThat(request.isMandatory()).isTrue();
    assertThat(request.message().replyTo()).isEqualTo("amq.gen-1");
    assertThat(request.message().correlationId())
        .isNotEmpty()
        .isEqualTo(request.message().messageId());
  }

  @Test
  void replyWithTheCallsIdEndsIt() {
    CompletableFuture<Result> call = call("a");

    answer(transport.onlyPublished(), "done");

    assertThat(value(call)).isEqualTo("done");
    assertThat(bench.timer.waiting()).isZero();
  }

  @Test
  void replyWithAnotherIdIsDropped() {
    CompletableFuture<Result> call = call("a");
    Published request = transport.onlyPublished();

    transport.deliver(request.replyTo(), reply(Result.success("foreign"), "another"));
    assertThat(call).isNotDone();

    answer(request, "mine");
    assertThat(value(call)).isEqualTo("mine");
  }

  @Test
  void replyWithoutIdCountsOnAFreshAddress() {
    CompletableFuture<Result> call = call("a");

    transport.deliver("amq.gen-1", bareReply(Result.success("python")));

    assertThat(value(call)).isEqualTo("python");
    assertThat(transport.discarded()).containsExactly("amq.gen-1");
    assertThat(transport.givenBack()).isEmpty();
  }

  @Test
  void addressIsUsedAgainAfterAReplyWithTheCallsId() {
    answer(sent(call("a")), "1");
    CompletableFuture<Result> second = call("b");

    assertThat(transport.lastPublished().replyTo()).isEqualTo("amq.gen-1");
    answer(transport.lastPublished(), "2");
    assertThat(value(second)).isEqualTo("2");
    assertThat(transport.discarded()).isEmpty();
  }

  @Test
  void secondReplyToAnEarlierCallReachesNobody() {
    Published first = sent(call("a"));
    answer(first, "1");
    CompletableFuture<Result> second = call("b");
    assertThat(transport.lastPublished().replyTo()).isEqualTo(first.replyTo());

    answer(first, "1 again");

    assertThat(second).isNotDone();
    answer(transport.lastPublished(), "2");
    assertThat(value(second)).isEqualTo("2");
  }

  @Test
  void replyWithoutIdOnAUsedAddressIsNotTrusted() {
    answer(sent(call("a")), "1");
    CompletableFuture<Result> second = call("b");
    Published used = transport.lastPublished();

    transport.deliver(used.replyTo(), bareReply(Result.success("whose?")));
    executor.runAll();

    assertThat(second).isNotDone();
    assertThat(transport.discarded()).containsExactly("amq.gen-1");
    Published again = transport.lastPublished();
    assertThat(again.replyTo()).isEqualTo("amq.gen-2");
    assertThat(again.correlationId()).isEqualTo(used.correlationId());
    transport.deliver(again.replyTo(), bareReply(Result.success("mine")));
    assertThat(value(second)).isEqualTo("mine");
    assertThat(transport.discarded()).containsExactly("amq.gen-1", "amq.gen-2");
  }

  @Test
  void destinationThatAnsweredWithoutIdGetsFreshAddressesOnly() {
    transport.deliver(sent(call("a")).replyTo(), bareReply(Result.success("1")));
    answer(sent(call("b")), "2");
    call("c");

    assertThat(transport.published())
        .extracting(Published::replyTo)
        .containsExactly("amq.gen-1", "amq.gen-2", "amq.gen-3");
    assertThat(transport.givenBack()).isEmpty();
  }

  @Test
  void otherDestinationsAreNotAffected() {
    answer(sent(call("a")), "1");

    outbox.callAsync(Message.rpc("b"), SendOption.key("other"));

    assertThat(transport.lastPublished().replyTo()).isEqualTo("amq.gen-2");
  }

  @Test
  void addressOfATimedOutCallIsNeverUsedAgain() {
    CompletableFuture<Result> call = call("a", timeout(SECOND), maxRetry(0));
    Published request = transport.onlyPublished();

    bench.timer.advance(SECOND);
    executor.runAll();

    assertFailure(
        call,
        RequestTimeoutException.class,
        "request 'a' to exchange 'echo-exchange' with key 'echo-rk': no reply within PT1S of the only send");
    assertThat(transport.discarded()).containsExactly(request.replyTo());
    assertThat(transport.deliver(request.replyTo(), bareReply(Result.success("late")))).isFalse();
  }

  @Test
  void requestIsSentAgainUntilItsRetriesAreUsedUp() {
    CompletableFuture<Result> call = call("a", timeout(SECOND), maxRetry(2));
    for (int i = 0; i < 2; i++) {
      bench.timer.advance(SECOND);
      executor.runAll();
      assertThat(transport.published()).hasSize(i + 2);
    }
    assertThat(call).isNotDone();

    bench.timer.advance(SECOND);
    executor.runAll();

    assertFailure(
        call,
        RequestTimeoutException.class,
        "request 'a' to exchange 'echo-exchange' with key 'echo-rk': no reply within PT1S of the last of 3 sends");
    assertThat(transport.published()).hasSize(3);
    assertThat(transport.published()).extracting(Published::replyTo).containsOnly("amq.gen-1");
    assertThat(bench.timer.waiting()).isZero();
  }

  @Test
  void timeoutSaysWhatWasWaitedFor() {
    CompletableFuture<Result> call = call("a", timeout(SECOND), maxRetry(0));
    bench.timer.advance(SECOND);
    executor.runAll();

    assertThatThrownBy(call::get)
        .cause()
        .isInstanceOfSatisfying(
            RequestTimeoutException.class,
            e -> {
              assertThat(e.request()).isEqualTo("a");
              assertThat(e.destination()).isEqualTo(TO);
              assertThat(e.timeout()).isEqualTo(SECOND);
              assertThat(e.sends()).isEqualTo(1);
            });
  }

  @Test
  void replyToTheSecondAttemptEndsTheCallAndTheAddress() {
    CompletableFuture<Result> call = call("a", timeout(SECOND), maxRetry(1));
    bench.timer.advance(SECOND);
    executor.runAll();

    answer(transport.lastPublished(), "done");

    assertThat(value(call)).isEqualTo("done");
    assertThat(transport.discarded()).containsExactly("amq.gen-1");
    assertThat(transport.givenBack()).isEmpty();
  }

  @Test
  void addressThatIsLostBeforeItIsUsedIsNotUsed() {
    transport.holdAddresses();
    CompletableFuture<Result> call = call("a");
    transport.releaseAddresses();
    transport.lose(new EOFException());

    executor.runAll();

    assertThat(transport.onlyPublished().replyTo()).isEqualTo("amq.gen-2");
    answer(transport.onlyPublished(), "done");
    assertThat(value(call)).isEqualTo("done");
    assertThat(transport.owned()).isEmpty();
  }

  @Test
  void addressThatComesToAnExecutorThatTakesNoMoreIsDiscarded() {
    RejectedExecutionException rejected = new RejectedExecutionException("full");
    Bench full =
        new Bench(
            task -> {
              throw rejected;
            });
    full.transport.holdAddresses();
    CompletableFuture<Result> call = full.outbox(TO).callAsync(Message.rpc("a"));

    full.transport.releaseAddresses();

    assertThat(call).failsWithin(PATIENCE).withThrowableThat().withCause(rejected);
    assertThat(full.transport.discarded()).containsExactly("amq.gen-1");
    assertThat(full.timer.waiting()).isZero();
  }

  @Test
  void whoeverWaitsIsToldThatTheExecutorTakesNoMore() {
    RejectedExecutionException rejected = new RejectedExecutionException("full");
    Bench full =
        new Bench(
            task -> {
              throw rejected;
            });
    CompletableFuture<Result> call = full.outbox(TO).callAsync(Message.rpc("a"));
    CompletableFuture<Void> sent = full.outbox(TO).sendAsync(Message.command("b"));

    full.transport.deliver("amq.gen-1", bareReply(Result.success("done")));

    assertThat(call).failsWithin(PATIENCE).withThrowableThat().withCause(rejected);
    assertThat(sent).failsWithin(PATIENCE).withThrowableThat().withCause(rejected);
  }

  @Test
  void requestIsNotSentAgainAfterItsReplyCame() {
    CompletableFuture<Result> call = call("a", timeout(SECOND), maxRetry(4));
    Published request = transport.onlyPublished();

    bench.timer.advance(SECOND);
    answer(request, "just in time");
    executor.runAll();

    assertThat(value(call)).isEqualTo("just in time");
    assertThat(transport.published()).hasSize(1);
    bench.timer.advance(Duration.ofMinutes(5));
    executor.runAll();
    assertThat(transport.published()).hasSize(1);
    assertThat(bench.timer.waiting()).isZero();
  }

  @Test
  void unroutableRequestFailsAtOnce() {
    UnroutableException unroutable = new UnroutableException(TO, "id");
    transport.onPublish(published -> CompletableFuture.failedFuture(unroutable));

    CompletableFuture<Result> call = call("a");

    assertThatThrownBy(() -> done(call).get()).hasCause(unroutable);
    assertThat(transport.discarded()).containsExactly("amq.gen-1");
    assertThat(bench.timer.waiting()).isZero();
  }

  @Test
  void requestOfUnknownFateIsStillWaitedFor() {
    transport.onPublish(
        published -> CompletableFuture.failedFuture(new OutcomeUnknownException("why", TO, "id")));

    CompletableFuture<Result> call = call("a");

    assertThat(done(call)).isNotDone();
    answer(transport.onlyPublished(), "arrived");
    assertThat(value(call)).isEqualTo("arrived");
  }

  @Test
  void transportThatThrowsFailsTheCall() {
    transport.onPublish(
        published -> {
          throw new IllegalStateException("closed");
        });

    CompletableFuture<Result> call = call("a");

    assertFailure(call, IllegalStateException.class, "closed");
  }

  @Test
  void lostConnectionSendsAgainWithANewAddress() {
    CompletableFuture<Result> call = call("a");
    Published lost = transport.onlyPublished();

    transport.lose(new EOFException());
    executor.runAll();

    Published again = transport.lastPublished();
    assertThat(again.replyTo()).isNotEqualTo(lost.replyTo());
    answer(again, "after all");
    assertThat(value(call)).isEqualTo("after all");
  }

  @Test
  void lostConnectionEndsACallWithoutRetries() {
    CompletableFuture<Result> call = call("a", maxRetry(0));

    transport.lose(new EOFException());

    assertThatThrownBy(() -> done(call).get())
        .cause()
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageStartingWith(
            "outcome unknown: the connection was lost while waiting for the reply (message ");
    assertThat(bench.timer.waiting()).isZero();
  }

  @Test
  void callWaitsForAnAddressWithinItsTimeout() {
    transport.holdAddresses();
    CompletableFuture<Result> call = call("a");
    assertThat(transport.published()).isEmpty();

    transport.releaseAddresses();
    executor.runAll();

    answer(transport.onlyPublished(), "done");
    assertThat(value(call)).isEqualTo("done");
  }

  @Test
  void callThatGotNoAddressInTimeWasNotSent() {
    transport.holdAddresses();
    CompletableFuture<Result> call = call("a", timeout(SECOND));

    bench.timer.advance(SECOND);
    executor.runAll();

    assertThatThrownBy(() -> done(call).get())
        .cause()
        .isInstanceOf(NotSentException.class)
        .hasMessageStartingWith("not sent: no reply queue within PT1S; in memory (message ");
    transport.releaseAddresses();
    executor.runAll();
    assertThat(transport.published()).isEmpty();
  }

  @Test
  void addressThatComesAfterTheEndIsDiscarded() {
    transport.holdAddresses();
    call("a", timeout(SECOND));
    transport.releaseAddresses();
    bench.timer.advance(SECOND);

    executor.runAll();

    assertThat(transport.published()).isEmpty();
    assertThat(transport.discarded()).containsExactly("amq.gen-1");
  }

  private CompletableFuture<Result> call(String name, SendOption... options) {
    return outbox.callAsync(Message.rpc(name), options);
  }

  private Published sent(CompletableFuture<Result> call) {
    assertThat(call).isNotDone();
    return transport.lastPublished();
  }

  private void answer(Published request, String value) {
    transport.deliver(request.replyTo(), reply(Result.success(value), request.correlationId()));
  }

  private CompletableFuture<Result> done(CompletableFuture<Result> call) {
    executor.runAll();
    return call;
  }

  private Object value(CompletableFuture<Result> call) {
    assertThat(done(call)).isCompleted();
    return String.valueOf(((Result.Success) call.join()).value());
  }

  private void assertFailure(
      CompletableFuture<Result> call, Class<? extends Throwable> type, String message) {
    assertThatThrownBy(() -> done(call).get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(type)
        .hasMessage(message);
  }
}
