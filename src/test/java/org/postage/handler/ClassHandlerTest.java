package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.transport.Outcome;

/** About {@link Handler}: handlers that are classes. */
class ClassHandlerTest {
  static final List<String> HEARD = new ArrayList<>();

  @MessageHandler("static")
  static final class OnItsOwn extends Handler {
    private int calls;

    @Override
    public void call() {
      calls++;
      HEARD.add(
          data(String.class) + " " + message().name() + " " + processor().name() + " " + calls);
    }
  }

  @MessageHandlerFullBody("body")
  static final class FullBody extends Handler {
    @Override
    public void call() {
      HEARD.add(
          String.valueOf(((Map<?, ?>) java.util.Objects.requireNonNull(data(Map.class))).keySet()));
    }
  }

  @RpcHandler("sum")
  static final class Sum extends Handler {
    @Override
    public void call() {
      int[] numbers = java.util.Objects.requireNonNull(data(int[].class));
      replier().reply(numbers[0] + numbers[1]);
    }
  }

  static final class Owner {
    final List<String> heard = new ArrayList<>();

    @MessageHandler("inner")
    final class Inner extends Handler {
      @Override
      public void call() {
        heard.add(String.valueOf(data(String.class)));
      }
    }

    @RpcHandler("fail")
    final class Failing extends Handler {
      @Override
      public void call() throws Exception {
        heard.add("failing");
        throw new java.io.IOException("broken");
      }
    }
  }

  @Test
  void classIsMadeAnewForEachMessage() {
    HEARD.clear();
    Desk desk = new Desk(OnItsOwn.class);

    desk.receive(Message.command("static", "a"));
    desk.receive(Message.command("static", "b"));

    assertThat(HEARD).containsExactly("a static desk 1", "b static desk 1");
  }

  @Test
  void fullBodyIsItsData() {
    HEARD.clear();

    new Desk(FullBody.class).receive(Message.command("body", 1));

    assertThat(HEARD)
        .containsExactly("[type, name, category, version, fingerprint, content, _reserved]");
  }

  @Test
  void classAnswersByItsReplier() {
    Desk desk = new Desk(Sum.class);

    assertThat(desk.request(Message.rpc("sum", List.of(1, 2)))).isEqualTo(Outcome.ACK);
    assertThat(desk.reply()).isEqualTo(Result.success(3));
  }

  @Test
  void dataOfAnotherTypeIsAnErrorReply() {
    Desk desk = new Desk(Sum.class);

    Desk.logOf(() -> assertThat(desk.request(Message.rpc("sum", "x"))).isEqualTo(Outcome.REJECT));
    assertThat(desk.reply()).isEqualTo(Result.error("$.content.parameters: 'x' (expected: int[])"));
  }

  @Test
  void innerClassSeesTheObjectItBelongsTo() {
    Owner owner = new Owner();

    new Desk(owner).receive(Message.command("inner", "x"));

    assertThat(owner.heard).containsExactly("x");
  }

  @Test
  void failureIsAnExceptionReply() {
    Desk desk = new Desk(new Owner());

    Desk.logOf(() -> assertThat(desk.request(Message.rpc("fail"))).isEqualTo(Outcome.REJECT));
    assertThat(desk.reply()).isEqualTo(new Result.Thrown("IOException", "broken"));
  }

  @Test
  void innerClassOnItsOwnIsRefused() {
    HandlerCompiler compiler = new HandlerCompiler(Encoders.of(List.of(new JsonEncoder())));

    assertThatThrownBy(() -> compiler.add(Owner.Inner.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            org.postage.handler.ClassHandlerTest$Owner$Inner can't handle messages:
              Inner: an inner class (expected: a static one, or the object that it belongs to given as handler)""");
  }

  @Test
  void classWithoutAnnotationIsRefused() {
    HandlerCompiler compiler = new HandlerCompiler(Encoders.of(List.of(new JsonEncoder())));

    assertThatThrownBy(() -> compiler.add(String.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "String: says not what it handles (expected: @MessageHandler, @MessageHandlerFullBody or @RpcHandler)");
  }

  @Test
  void handlerOutsideOfACallSaysSo() {
    assertThatThrownBy(() -> new OnItsOwn().message())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "org.postage.handler.ClassHandlerTest$OnItsOwn: not called for a message yet (expected: use in call())");
  }
}
