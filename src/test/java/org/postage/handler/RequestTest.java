package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.handler.Desk.raw;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.encoding.CborEncoder;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.NackedException;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;

/** About {@link Dispatcher} and {@link ReplySender}: what a request is answered. */
class RequestTest {
  @SuppressWarnings({"unused", "DoNotCallSuggester"}) // Called by their names only.
  static final class Server {
    final AtomicReference<@Nullable Replier> kept = new AtomicReference<>();
    int calls;

    @RpcHandler("echo")
    String echo(String text) {
      calls++;
      return text;
    }

    @RpcHandler("nothing")
    void nothing() {}

    @RpcHandler("null")
    @Nullable String none() {
      return null;
    }

    @RpcHandler("result")
    Result result() {
      return Result.error("as meant");
    }

    @RpcHandler("reject")
    String reject() {
      throw new RejectMessage("refused");
    }

    @RpcHandler("fail")
    String fail() {
      throw new IllegalStateException("broken");
    }

    @RpcHandler("later")
    CompletableFuture<Integer> later() {
      return CompletableFuture.supplyAsync(() -> 7);
    }

    @RpcHandler("fails_later")
    CompletionStage<Integer> failsLater() {
      return CompletableFuture.failedFuture(new IllegalStateException("later"));
    }

    @RpcHandler("replier")
    void replier(Replier replier) {
      replier.reply("first");
    }

    @RpcHandler("twice")
    void twice(Replier replier) {
      replier.reply("first");
      replier.reply("second");
    }

    @RpcHandler("reply_and_fail")
    void replyAndFail(Replier replier) {
      replier.reply("first");
      throw new IllegalStateException("after it");
    }

    @RpcHandler("reply_and_return")
    String replyAndReturn(Replier replier) {
      replier.reply("first");
      return "second";
    }

    @RpcHandler("keep")
    void keep(Replier replier) {
      kept.set(replier);
    }

    @RpcHandler("unwritable")
    double unwritable() {
      return Double.NaN;
    }

    @RpcHandler("too_big")
    String tooBig() {
      return "x".repeat(1 << 21);
    }
  }

  private final Server server = new Server();
  private final Desk desk = new Desk(server);

  @Test
  void returnedValueIsASuccess() {
    assertAnswer("echo", "hi", Outcome.ACK, Result.success("hi"));
    assertAnswer("nothing", Map.of(), Outcome.ACK, Result.success(null));
    assertAnswer("null", Map.of(), Outcome.ACK, Result.success(null));
    assertAnswer("later", Map.of(), Outcome.ACK, Result.success(7));
  }

  @Test
  void returnedResultIsTheAnswer() {
    assertAnswer("result", Map.of(), Outcome.ACK, Result.error("as meant"));
  }

  @Test
  void replyGoesStraightToItsQueueWithTheCallsId() {
    desk.request(Message.rpc("echo", "hi"));

    Published reply = desk.transport.onlyPublished();
    assertThat(reply.to().exchange().isDefault()).isTrue();
    assertThat(reply.to().routingKey()).isEqualTo(Desk.REPLY_TO);
    assertThat(reply.isMandatory()).isFalse();
    assertThat(reply.message().correlationId()).isEqualTo("call-1");
    assertThat(reply.message().contentType()).isEqualTo("application/json");
    assertThat(reply.message().replyTo()).isNull();
  }

  @Test
  void requestWithoutIdIsAnsweredWithoutOne() {
    desk.receive(raw(Message.rpc("echo", "hi")).replyTo(Desk.REPLY_TO).build());

    assertThat(desk.reply()).isEqualTo(Result.success("hi"));
    assertThat(desk.transport.onlyPublished().message().correlationId()).isNull();
  }

  @Test
  void replyIsInTheEncodingOfTheRequest() {
    CborEncoder cbor = new CborEncoder();
    desk.receive(
        RawMessage.of(cbor.encode(MessageFormat.toMap(Message.rpc("echo", "hi"))))
            .contentType("application/cbor")
            .replyTo(Desk.REPLY_TO)
            .build());

    assertThat(desk.transport.onlyPublished().message().contentType())
        .isEqualTo("application/cbor");
    assertThat(desk.reply()).isEqualTo(Result.success("hi"));
  }

  @Test
  void failureIsAnExceptionReply() {
    assertAnswer(
        "fail", Map.of(), Outcome.REJECT, new Result.Thrown("IllegalStateException", "broken"));
    assertAnswer(
        "fails_later",
        Map.of(),
        Outcome.REJECT,
        new Result.Thrown("IllegalStateException", "later"));
  }

  @Test
  void rejectionIsAnErrorReply() {
    assertAnswer("reject", Map.of(), Outcome.REJECT, Result.error("refused"));
  }

  @Test
  void missingHandlerIsAnErrorReplyAtOnce() {
    assertAnswer(
        "other\n", Map.of(), Outcome.ACK, Result.error("no handler for request 'other\\u000a'"));
  }

  @Test
  void requestOfACustomTypeIsNoCommand() {
    Outcome outcome = desk.request(Message.of(MessageCategory.RPC, "my-type", "echo", Map.of()));

    assertThat(outcome).isEqualTo(Outcome.ACK);
    assertThat(desk.reply()).isEqualTo(Result.error("no handler for request 'echo'"));
  }

  @Test
  void unreadableRequestIsAnErrorReplyAtOnce() {
    Outcome outcome =
        desk.receive(raw("[]").replyTo(Desk.REPLY_TO).correlationId("call-1").build());

    assertThat(outcome).isEqualTo(Outcome.REJECT);
    assertThat(desk.reply()).isEqualTo(Result.error("$: a list (expected: an object)"));
    assertThat(desk.transport.onlyPublished().message().correlationId()).isEqualTo("call-1");
  }

  @Test
  void requestInAnUnknownEncodingIsAnErrorReplyInTheStandardOne() {
    Outcome outcome =
        desk.receive(raw("x").contentType("application/x-pickle").replyTo(Desk.REPLY_TO).build());

    assertThat(outcome).isEqualTo(Outcome.REJECT);
    assertThat(desk.reply())
        .isEqualTo(
            Result.error(
                "content type: 'application/x-pickle' (expected: application/json or application/cbor, or none)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders", "amq", "amq.", "xamq.gen-1", "AMQ.gen-1", "amq.gen\n1"})
  void replyAddressThatNoBrokerGaveIsRefused(String replyTo) {
    Outcome outcome = desk.receive(raw(Message.rpc("echo", "hi")).replyTo(replyTo).build());

    assertThat(outcome).isEqualTo(Outcome.REJECT);
    assertThat(server.calls).isZero();
    assertThat(desk.transport.published()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders", "amq.x\ny"})
  void nothingIsSentToSuchAnAddressEvenIfTheRequestIsUnreadable(String replyTo) {
    desk.receive(raw("nonsense").replyTo(replyTo).build());
    desk.receive(raw("{}").contentType("text/plain").replyTo(replyTo).build());

    assertThat(desk.transport.published()).isEmpty();
  }

  @Test
  void requestWithoutAReplyAddressIsHandledAndNotAnswered() {
    assertThat(desk.receive(Message.rpc("echo", "hi"))).isEqualTo(Outcome.ACK);
    assertThat(desk.receive(raw(Message.rpc("echo", "hi")).replyTo("").build()))
        .isEqualTo(Outcome.ACK);

    assertThat(server.calls).isEqualTo(2);
    assertThat(desk.transport.published()).isEmpty();
  }

  @Test
  void messageWithAReplyAddressIsNotAnswered() {
    class Receiver {
      @MessageHandler("echo")
      void echo(Replier replier) {
        replier.reply("nobody asked");
      }
    }
    Desk receiver = new Desk(new Receiver());

    assertThat(receiver.request(Message.command("echo"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.request(Message.command("other"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.transport.published()).isEmpty();
  }

  @Test
  void replierAnswers() {
    assertAnswer("replier", Map.of(), Outcome.ACK, Result.success("first"));
  }

  @Test
  void secondAnswerIsDropped() {
    assertAnswer("twice", Map.of(), Outcome.ACK, Result.success("first"));
    assertAnswer("reply_and_return", Map.of(), Outcome.ACK, Result.success("first"));
  }

  @Test
  void failureAfterTheAnswerSendsNoSecondOne() {
    assertAnswer("reply_and_fail", Map.of(), Outcome.REJECT, Result.success("first"));

    assertThat(Desk.logOf(() -> desk.request(Message.rpc("reply_and_fail"))))
        .contains("failed")
        .doesNotContain("Dropped a second answer");
  }

  @Test
  void answerMayComeAfterTheHandlerReturned() {
    assertThat(desk.request(Message.rpc("keep"))).isEqualTo(Outcome.ACK);
    assertThat(desk.transport.published()).isEmpty();

    Replier replier = java.util.Objects.requireNonNull(server.kept.get());
    assertThat(replier.isAnswered()).isFalse();
    replier.reply(List.of(1));

    assertThat(replier.isAnswered()).isTrue();
    assertThat(desk.reply()).isEqualTo(Result.success(List.of(1)));
  }

  @Test
  void answerThatCanNotBeWrittenIsAnExceptionReply() {
    assertAnswer(
        "unwritable",
        Map.of(),
        Outcome.ACK,
        new Result.Thrown(
            "EncodingException",
            "$.content.value: cannot be written as JSON: NaN (expected: a finite number)"));
    assertAnswer(
        "too_big",
        Map.of(),
        Outcome.ACK,
        new Result.Thrown(
            "LimitExceededException", "body: 2097303 bytes (expected: at most 1048576)"));
  }

  @Test
  void replyThatWasNotSentIsOneLineInTheLog() {
    desk.transport.onPublish(
        reply -> CompletableFuture.failedFuture(new NackedException(reply.to(), null, 1)));

    String log =
        Desk.logOf(
            () -> desk.receive(raw(Message.rpc("echo", "hi")).replyTo("amq.\u001b[31m").build()));

    assertThat(log.lines()).hasSize(1);
    assertThat(log).contains("An answer was not sent: ").doesNotContain("\u001b");
  }

  private void assertAnswer(
      String name, @Nullable Object parameters, Outcome outcome, Result result) {
    Desk fresh = new Desk(server);
    Desk.logOf(() -> assertThat(fresh.request(Message.rpc(name, parameters))).isEqualTo(outcome));
    assertThat(fresh.reply()).isEqualTo(result);
  }
}
