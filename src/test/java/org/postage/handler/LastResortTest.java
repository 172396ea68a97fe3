package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.message.Param;
import org.postage.message.Result;
import org.postage.pipeline.RetryPolicy;
import org.postage.transport.Headers;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.Outcome;

class LastResortTest {
  private static final RetryPolicy TWICE =
      RetryPolicy.attempts(2).constant(Duration.ofMillis(10)).jitter(0);

  private final List<String> calls = new ArrayList<>();

  final class Orders {
    @MessageHandler("order")
    @LastResort("giveUp")
    void on(@Param("n") int number, RetryInfo retry) {
      calls.add("attempt " + retry.attempt());
      if (number > 0) {
        throw new IllegalStateException("broke at " + number);
      }
    }

    @RpcHandler("order")
    @LastResort("giveUp")
    int ask(@Param("n") int number) {
      if (number > 0) {
        throw new IllegalStateException("broke at " + number);
      }
      return number;
    }

    void giveUp(@Param("n") int number, Exception thrown, RetryInfo retry) {
      calls.add(
          "gave up " + number + " after attempt " + retry.attempt() + ": " + thrown.getMessage());
      if (number > 0) {
        throw new IllegalArgumentException("and that failed too");
      }
    }
  }

  private static Message order(int number) {
    return Message.command("order", Map.of("n", number));
  }

  @Test
  void runsOnceAfterTheLastAttempt() {
    Desk desk = new Desk(TWICE, new Orders());

    assertThat(desk.receive(order(7))).isEqualTo(Outcome.ACK);
    assertThat(calls).containsExactly("attempt 1");
    Published again = desk.transport.onlyPublished();
    assertThat(again.message().headers()).containsEntry(Headers.ATTEMPT, 2);
    assertThat(desk.receive(again.message())).isEqualTo(Outcome.ACK);

    assertThat(calls)
        .containsExactly("attempt 1", "attempt 2", "gave up 7 after attempt 2: broke at 7");
  }

  @Test
  void runsAfterTheOnlyAttemptAndItsFailureChangesNothing() {
    assertThat(new Desk(new Orders()).receive(order(7))).isEqualTo(Outcome.REJECT);

    assertThat(calls).containsExactly("attempt 1", "gave up 7 after attempt 1: broke at 7");
  }

  @Test
  void doesNotRunWhereAllWentWell() {
    assertThat(new Desk(new Orders()).receive(order(0))).isEqualTo(Outcome.ACK);

    assertThat(calls).containsExactly("attempt 1");
  }

  @Test
  void callerHasTheHandlersFailureForItsAnswer() {
    Desk desk = new Desk(new Orders());

    desk.request(Message.rpc("order", Map.of("n", 7)));

    assertThat(desk.reply()).isEqualTo(new Result.Thrown("IllegalStateException", "broke at 7"));
    assertThat(calls).containsExactly("gave up 7 after attempt 1: broke at 7");
  }

  @Test
  void doesNotRunForWhatDoesNotFit() {
    new Desk(new Orders()).receive(Message.command("order", Map.of("n", "seven")));

    assertThat(calls).isEmpty();
  }

  static final class Misplaced {
    @MessageHandler("order")
    void on(Exception thrown) {}
  }

  @Test
  void exceptionIsNoParameterOfAHandler() {
    assertThatThrownBy(() -> new Desk(new Misplaced()))
        .hasMessageContaining("java.lang.Exception (expected: only at a @LastResort)");
  }

  final class Whole {
    @MessageHandlerFullBody("order")
    @LastResort("giveUp")
    void on(Map<String, Object> body) {
      if (body.containsKey("content")) {
        throw new IllegalStateException("broke");
      }
    }

    void giveUp(Map<String, Object> body) {
      calls.add("gave up with a content: " + body.containsKey("content"));
    }
  }

  @Test
  void getsTheWholeBodyWhereTheHandlerDoes() {
    new Desk(new Whole()).receive(order(7));

    assertThat(calls).containsExactly("gave up with a content: true");
  }

  static final class Missing {
    @MessageHandler("order")
    @LastResort("nowhere")
    void on() {}
  }

  @Test
  void nameThatIsNoMethodIsRefused() {
    assertThatThrownBy(() -> new Desk(new Missing()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "Missing.on: @LastResort(\"nowhere\"): 0 methods of that name (expected: one, in the"
                + " same class)");
  }
}
