package org.postage.handler;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.handler.Desk.raw;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.encoding.CborEncoder;
import org.postage.encoding.Encoder;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.IdempotencyStore.Handled;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.pipeline.RetryPolicy;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;

/** About {@link Idempotency} and {@link AnswerOnce}. */
@SuppressWarnings("unused") // Handlers are called by their names only.
class IdempotencyTest {
  record Price(double amount, List<Integer> parts, @Nullable String note) {}

  /** Counts its calls. */
  @Idempotent
  static final class Counter {
    final List<Object> calls = new ArrayList<>();
    final AtomicReference<@Nullable Replier> kept = new AtomicReference<>();
    boolean isBroken;

    @MessageHandler("count")
    void count(String text) {
      calls.add(text);
      failIfBroken();
    }

    @RpcHandler("price")
    Price price(String text) {
      calls.add(text);
      failIfBroken();
      return new Price(0.1 + calls.size(), List.of(1, 2), null);
    }

    @RpcHandler("none")
    void none() {
      calls.add("none");
    }

    @RpcHandler("early")
    void early(Replier replier) {
      calls.add("early");
      replier.reply("done " + calls.size());
      assertThat(replier.isAnswered()).isTrue();
      replier.reply("dropped");
      failIfBroken();
    }

    @RpcHandler("late")
    void late(Replier replier) {
      calls.add("late");
      kept.set(replier);
    }

    private void failIfBroken() {
      if (isBroken) {
        throw new IllegalStateException("broken");
      }
    }
  }

  private final Counter counter = new Counter();
  private final Desk desk = new Desk(counter);

  private static RawMessage message(String id) {
    return raw(Message.command("count", "it")).messageId(id).build();
  }

  private static RawMessage request(String name, String replyTo) {
    return raw(Message.rpc(name, "it")).messageId("m-1").replyTo(replyTo).build();
  }

  private static String body(Published reply) {
    return new String(reply.message().body(), UTF_8);
  }

  @Test
  void messageIsHandledOnceByItsId() {
    assertThat(desk.receive(message("m-1"))).isEqualTo(Outcome.ACK);
    assertThat(desk.receive(message("m-1"))).isEqualTo(Outcome.ACK);
    assertThat(desk.receive(message("m-2"))).isEqualTo(Outcome.ACK);

    assertThat(counter.calls).hasSize(2);
  }

  @Test
  void messageWithoutAnIdIsHandledEachTime() {
    desk.receive(raw(Message.command("count", "it")).build());
    desk.receive(raw(Message.command("count", "it")).messageId("").build());

    assertThat(counter.calls).hasSize(2);
  }

  @Test
  void handlersOfOneMessageAreNothingToEachOther() {
    List<String> calls = new ArrayList<>();
    class Two {
      @Idempotent
      @MessageHandler("count")
      void first(String text) {
        calls.add("first");
      }

      @MessageHandler("count")
      void second(String text) {
        calls.add("second");
      }

      @Idempotent
      @MessageHandler(MessageHandler.ANY)
      void third(Message whole) {
        calls.add("third");
      }
    }
    Desk two = new Desk(new Two());

    two.receive(message("m-1"));
    two.receive(message("m-1"));

    assertThat(calls).containsExactly("first", "second", "third", "second");
  }

  @Test
  void whatFailedRunsAgain() {
    counter.isBroken = true;
    assertThat(desk.receive(message("m-1"))).isEqualTo(Outcome.REJECT);
    counter.isBroken = false;
    assertThat(desk.receive(message("m-1"))).isEqualTo(Outcome.ACK);
    assertThat(desk.receive(message("m-1"))).isEqualTo(Outcome.ACK);

    assertThat(counter.calls).hasSize(2);
  }

  @Test
  void retriedHandlerRunsUntilItWorksAndNoLonger() {
    counter.isBroken = true;
    Desk retrying = new Desk(RetryPolicy.attempts(3).constant(Duration.ofSeconds(1)), counter);
    retrying.receive(message("m-1"));
    RawMessage again = retrying.transport.onlyPublished().message();
    counter.isBroken = false;

    assertThat(again.messageId()).isEqualTo("m-1");
    assertThat(retrying.receive(again)).isEqualTo(Outcome.ACK);
    assertThat(retrying.receive(again)).isEqualTo(Outcome.ACK);

    assertThat(counter.calls).hasSize(2);
    assertThat(retrying.transport.published()).hasSize(1);
  }

  @Test
  void repeatedRequestGetsTheFirstAnswerToTheLetter() {
    for (String name : List.of("price", "none", "early")) {
      Counter fresh = new Counter();
      Desk desk = new Desk(fresh);

      desk.receive(request(name, "amq.gen-1"));
      desk.receive(request(name, "amq.gen-2"));

      List<Published> replies = desk.transport.published();
      assertThat(fresh.calls).as(name).hasSize(1);
      assertThat(replies)
          .extracting(r -> r.to().routingKey())
          .containsExactly("amq.gen-1", "amq.gen-2");
      assertThat(body(replies.get(1))).isEqualTo(body(replies.get(0)));
    }
  }

  @Test
  void repeatedRequestIsAnsweredInTheEncodingThatItCameIn() {
    desk.receive(request("price", "amq.gen-1"));
    Encoder cbor = new CborEncoder();
    desk.receive(
        RawMessage.of(cbor.encode(MessageFormat.toMap(Message.rpc("price", "it"))))
            .contentType(cbor.contentType())
            .messageId("m-1")
            .replyTo("amq.gen-2")
            .build());

    List<Published> replies = desk.transport.published();
    assertThat(counter.calls).hasSize(1);
    assertThat(replies.get(1).message().contentType()).isEqualTo(cbor.contentType());
    assertThat(result(cbor, replies.get(1))).isEqualTo(result(new JsonEncoder(), replies.get(0)));
  }

  private static Result result(Encoder encoder, Published reply) {
    return Result.of(MessageFormat.fromMap(encoder.decode(reply.message().body())));
  }

  @Test
  void failedRequestIsAnsweredAndRunsAgain() {
    counter.isBroken = true;
    desk.receive(request("price", "amq.gen-1"));
    counter.isBroken = false;
    desk.receive(request("price", "amq.gen-2"));

    assertThat(desk.transport.published())
        .extracting(IdempotencyTest::body)
        .satisfiesExactly(
            first -> assertThat(first).contains("exception").contains("broken"),
            second -> assertThat(second).contains("2.1"));
  }

  // Its caller would believe in what was undone.
  @Test
  void answerOfAHandlerThatFailsAfterItIsNotSent() {
    counter.isBroken = true;

    desk.request(Message.rpc("early", "it"));
    assertThat(desk.reply()).isEqualTo(Result.success("done 1"));
    desk.receive(request("early", "amq.gen-1"));

    assertThat(body(desk.transport.lastPublished())).contains("exception").contains("broken");
  }

  @Test
  void answerIsSentWhenItIsRemembered() {
    AtomicReference<@Nullable Handled> remembered = new AtomicReference<>();
    List<Desk> desks = new ArrayList<>();
    IdempotencyStore store =
        new Recorder(new ArrayList<>()) {
          @Override
          public Optional<Handled> once(String key, Duration window, Callable<Handled> work)
              throws Exception {
            remembered.set(work.call());
            assertThat(desks.get(0).transport.published()).isEmpty();
            return Optional.empty();
          }
        };
    desks.add(desk(store, counter));

    desks.get(0).receive(request("early", "amq.gen-1"));

    assertThat(requireNonNull(remembered.get()).answer())
        .isEqualTo(desks.get(0).transport.onlyPublished().message().body());
  }

  @Test
  void lateAnswerIsRememberedFromThenOn() {
    desk.receive(request("late", "amq.gen-1"));
    desk.receive(request("late", "amq.gen-2"));
    assertThat(desk.transport.published()).isEmpty();

    Replier replier = requireNonNull(counter.kept.get());
    replier.reply("at last");
    replier.reply("dropped");
    desk.receive(request("late", "amq.gen-3"));

    assertThat(counter.calls).hasSize(1);
    assertThat(desk.transport.published())
        .extracting(r -> r.to().routingKey())
        .containsExactly("amq.gen-1", "amq.gen-3");
    assertThat(body(desk.transport.lastPublished())).contains("at last");
  }

  // Between the end of the handler and the store's commit.
  @Test
  void answerThatComesWhileItsRequestIsBeingRememberedIsKept() {
    List<String> log = new ArrayList<>();
    IdempotencyStore store =
        new Recorder(log) {
          @Override
          public Optional<Handled> once(String key, Duration window, Callable<Handled> work)
              throws Exception {
            assertThat(work.call().answer()).isNull();
            Replier replier = requireNonNull(counter.kept.get());
            replier.reply("meanwhile");
            log.add("remembered");
            return Optional.empty();
          }
        };
    Desk desk = desk(store, counter);

    desk.receive(request("late", "amq.gen-1"));

    assertThat(log)
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("remembered"),
            second -> assertThat(second).contains("meanwhile"));
    assertThat(body(desk.transport.onlyPublished())).contains("meanwhile");
  }

  @Test
  void messageThatIsBeingHandledGoesBack() {
    IdempotencyStore busy =
        new Recorder(new ArrayList<>()) {
          @Override
          public Optional<Handled> once(String key, Duration window, Callable<Handled> work)
              throws BusyException {
            throw new BusyException("by somebody else");
          }
        };
    Desk desk = desk(busy, counter);

    String log =
        Desk.logOf(() -> assertThat(desk.receive(message("m-1"))).isEqualTo(Outcome.REQUEUE));

    assertThat(log).isEmpty();
    assertThat(counter.calls).isEmpty();
  }

  @Test
  void messageGoesBackForAHandlerThatCouldNotStartAlsoWhereAnotherFailed() {
    IdempotencyStore busy =
        new Recorder(new ArrayList<>()) {
          @Override
          public Optional<Handled> once(String key, Duration window, Callable<Handled> work)
              throws BusyException {
            throw new BusyException("by somebody else");
          }
        };
    class Two {
      @Idempotent
      @MessageHandler("count")
      void busy(String text) {}

      @MessageHandler("count")
      void failing(String text) {
        throw new IllegalStateException("broken");
      }
    }

    assertThat(desk(busy, new Two()).receive(message("m-1"))).isEqualTo(Outcome.REQUEUE);
  }

  @Test
  void interceptorsSeeEveryDeliveryAndFiltersOnlyTheFirst() {
    List<String> seen = new ArrayList<>();
    HandlerCompiler compiler =
        new HandlerCompiler(desk.encoders)
            .intercept(
                (invocation, next) -> {
                  seen.add("interceptor");
                  return next.proceed(invocation);
                });
    Seeing.seen = seen;
    class Filtered {
      @Idempotent
      @MessageFilter(Seeing.class)
      @MessageHandler("count")
      void count(String text) {
        seen.add("handler");
      }
    }
    Desk desk = new Desk(compiler.add(new Filtered()));

    desk.receive(message("m-1"));
    desk.receive(message("m-1"));

    assertThat(seen).containsExactly("interceptor", "filter", "handler", "interceptor");
  }

  static final class Seeing implements Filter {
    static List<String> seen = List.of();

    @Override
    public Message filter(Message message, List<String> parameters) {
      seen.add("filter");
      return message;
    }
  }

  @Test
  void storeIsGivenAStableKeyAndTheWindow() {
    Map<String, Duration> asked = new HashMap<>();
    IdempotencyStore store =
        new Recorder(new ArrayList<>()) {
          @Override
          public Optional<Handled> once(String key, Duration window, Callable<Handled> work) {
            asked.put(key, window);
            return Optional.of(Handled.WITHOUT_ANSWER);
          }
        };

    desk(store, counter).receive(message("m-1"));

    assertThat(asked)
        .containsExactly(
            Map.entry(
                "org.postage.handler.IdempotencyTest$Counter Counter.count"
                    + " message/command/count m-1",
                Duration.ofHours(1)));
    assertThat(counter.calls).isEmpty();
  }

  @Test
  void handlersThatCouldNotBeToldApartAreRefused() {
    HandlerCompiler compiler =
        new HandlerCompiler(desk.encoders).add(new Counter()).addReplaceable(new Counter());

    assertThatThrownBy(compiler::compile)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "two @Idempotent handlers of message/command/count that can't be told apart:"
                + " Counter.count (expected: one object of a class, and different names of methods)");
  }

  @Test
  void windowsHaveARange() {
    class Handlers {
      @Idempotent(windowSeconds = 0)
      @MessageHandler("count")
      void count(String text) {}

      @Idempotent(windowSeconds = Long.MAX_VALUE)
      @MessageHandler("count")
      void forEver(String text) {}
    }

    assertThatThrownBy(() -> new HandlerCompiler(desk.encoders).add(new Handlers()))
        .hasMessageEndingWith(
            "Handlers.count: @Idempotent windowSeconds: 0 (expected: 1 to 31536000)\n"
                + "  Handlers.forEver: @Idempotent windowSeconds: 9223372036854775807"
                + " (expected: 1 to 31536000)");
  }

  private static Desk desk(IdempotencyStore store, Object handler) {
    Desk any = new Desk(handler);
    return new Desk(new HandlerCompiler(any.encoders).idempotencyStore(store).add(handler));
  }

  /** Notes late answers. */
  private abstract static class Recorder implements IdempotencyStore {
    private final List<String> log;

    Recorder(List<String> log) {
      this.log = log;
    }

    @Override
    public void answered(String key, Handled handled) {
      log.add(new String(requireNonNull(handled.answer()), UTF_8));
    }
  }
}
