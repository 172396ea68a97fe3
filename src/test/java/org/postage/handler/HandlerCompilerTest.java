package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.Param;
import org.postage.message.Result;
import org.postage.transport.Outcome;

class HandlerCompilerTest {
  private final HandlerCompiler compiler =
      new HandlerCompiler(Encoders.of(List.of(new JsonEncoder())));

  @Test
  void objectWithoutHandlersIsRefused() {
    assertThatThrownBy(() -> compiler.add("text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            java.lang.String can't handle messages:
              has no handlers (expected: @MessageHandler, @MessageHandlerFullBody or @RpcHandler on a method)""");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
  interface Evil {}

  static class WithoutConstructor implements Filter {
    WithoutConstructor(int x) {
      assertThat(x).isZero();
    }

    @Override
    public Message filter(Message message, List<String> parameters) {
      return message;
    }
  }

  @SuppressWarnings("unused") // Called by their names only.
  static class Wrong {
    @MessageHandler("a")
    void evil(String text, List<Evil> evil) {}

    @MessageHandlerFullBody("b")
    void twoBodies(String one, String two) {}

    @MessageHandler("c")
    @MessageFilter(WithoutConstructor.class)
    void filtered(String text) {}

    @RpcHandler("d")
    String loads(Class<?> type) {
      return type.getName();
    }

    @MessageHandler("e")
    static class NoHandler {}

    @RpcHandler("f")
    abstract static class Abstract extends Handler {}

    @RpcHandler("g")
    static class NeedsArguments extends Handler {
      NeedsArguments(int x) {
        assertThat(x).isZero();
      }

      @Override
      public void call() {}
    }
  }

  @Test
  void allProblemsAreToldInOneMessage() {
    assertThatThrownBy(() -> compiler.add(new Wrong()))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            e ->
                assertThat(String.valueOf(e.getMessage()).lines())
                    .containsExactlyInAnyOrder(
                        "org.postage.handler.HandlerCompilerTest$Wrong can't handle messages:",
                        "  Wrong.evil, parameter 2: java.util.List<org.postage.handler.HandlerCompilerTest$Evil> can't be read: org.postage.handler.HandlerCompilerTest$Evil: @JsonTypeInfo by class name (expected: use = NAME, with the subtypes listed)",
                        "  Wrong.filtered: filter WithoutConstructor: can't be made (expected: a constructor without parameters, and its package opened to org.postage where it is in a module)",
                        "  Wrong.loads, parameter 1: java.lang.Class<?> can't be read: java.lang.Class: would be loaded by its name (expected: a type that holds data)",
                        "  Wrong.twoBodies, parameter 1: one payload too many (expected: one, since it is the whole body)",
                        "  Wrong.twoBodies, parameter 2: one payload too many (expected: one, since it is the whole body)",
                        "  NoHandler: no handler class (expected: not abstract, and extends Handler)",
                        "  Abstract: no handler class (expected: not abstract, and extends Handler)",
                        "  NeedsArguments: can't be made (expected: a constructor without parameters, and its package opened to org.postage where it is in a module)"));
  }

  @Test
  void twoHandlersOfOneRequestAreRefusedByName() {
    class Twice {
      @RpcHandler("echo")
      String first(String text) {
        return text;
      }

      @RpcHandler("echo")
      String second(String text) {
        return text;
      }
    }
    compiler.add(new Twice());

    assertThatThrownBy(compiler::compile)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "two handlers of rpc/command/echo: Twice.first and Twice.second (expected: one, since a request has one answer)");
  }

  static class EchoServer {
    @RpcHandler("echo")
    String echo(String text) {
      return "base " + text;
    }
  }

  @Test
  void twoObjectsAnsweringOneRequestAreRefused() {
    class Other {
      @RpcHandler("echo")
      String other(String text) {
        return text;
      }
    }
    compiler.add(new EchoServer()).add(new Other());

    assertThatThrownBy(compiler::compile)
        .hasMessage(
            "two handlers of rpc/command/echo: EchoServer.echo and Other.other (expected: one, since a request has one answer)");
  }

  @Test
  void replaceableHandlerGivesWayInEitherOrder() {
    class Other {
      @RpcHandler("echo")
      String other(String text) {
        return "other " + text;
      }
    }

    assertAnswer(new Desk(compiler.addReplaceable(new EchoServer()).add(new Other())), "other x");
    assertAnswer(
        new Desk(
            new HandlerCompiler(Encoders.of(List.of(new JsonEncoder())))
                .add(new Other())
                .addReplaceable(new EchoServer())),
        "other x");
  }

  @Test
  void subclassReplacesItsSuperclasssAnswer() {
    class Sub extends EchoServer {
      @RpcHandler("echo")
      String newEcho(String text) {
        return "sub " + text;
      }
    }

    assertAnswer(new Desk(new Sub()), "sub x");
  }

  @Test
  void overrideStandsForWhatItOverrides() {
    class Sub extends EchoServer {
      @Override
      String echo(String text) {
        return "override of " + super.echo(text);
      }
    }

    assertAnswer(new Desk(new Sub()), "override of base x");
  }

  static class BaseWithClass {
    @RpcHandler("echo")
    static class Echo extends Handler {
      @Override
      public void call() {
        replier().reply("base class " + data(String.class));
      }
    }
  }

  @Test
  void subclasssMethodReplacesItsSuperclasssNestedClass() {
    class Sub extends BaseWithClass {
      @RpcHandler("echo")
      String echo(String text) {
        return "sub " + text;
      }
    }

    assertAnswer(new Desk(new Sub()), "sub x");
  }

  static class SubWithClass extends BaseWithClass {
    @RpcHandler("echo")
    static class BetterEcho extends Handler {
      @Override
      public void call() {
        replier().reply("sub class " + data(String.class));
      }
    }
  }

  @Test
  void subclasssNestedClassReplacesItsSuperclasss() {
    assertAnswer(new Desk(new SubWithClass()), "sub class x");
  }

  static class Base {
    final List<String> heard = new ArrayList<>();

    @MessageHandler("a")
    void a(String text) {
      heard.add("base a " + text);
    }

    @MessageHandler("b")
    void b(String text) {
      heard.add("base b " + text);
    }

    @MessageHandler("c")
    private void c(String text) {
      heard.add("base c " + text);
    }
  }

  static class Derived extends Base {
    @Override
    void a(String text) {
      heard.add("derived a " + text);
    }

    @Override
    @MessageHandler("b2")
    void b(String text) {
      heard.add("derived b " + text);
    }

    @MessageHandler("c")
    private void c(String text) {
      heard.add("derived c " + text);
    }
  }

  @Test
  void handlersAreInheritedAndOverridden() {
    Derived derived = new Derived();
    Desk desk = new Desk(derived);

    for (String name : List.of("a", "b", "b2", "c")) {
      desk.receive(Message.command(name, "x"));
    }

    assertThat(derived.heard)
        .containsExactlyInAnyOrder("derived a x", "derived b x", "base c x", "derived c x");
  }

  abstract static class Typed<T> {
    final List<Object> heard = new ArrayList<>();

    @MessageHandler("x")
    void handle(T value) {
      heard.add(value);
    }
  }

  static class TypedByText extends Typed<String> {
    @Override
    @MessageHandler("x")
    void handle(String value) {
      heard.add("text " + value);
    }
  }

  @Test
  void overrideOfAGenericMethodRunsOnce() {
    TypedByText typed = new TypedByText();

    new Desk(typed).receive(Message.command("x", "y"));

    assertThat(typed.heard).containsExactly("text y");
  }

  @Test
  void handlerOfAMessageIsNoHandlerOfARequest() {
    class Both {
      @MessageHandler("echo")
      void told(String text) {
        throw new IllegalStateException(text);
      }

      @RpcHandler("echo")
      String asked(String text) {
        return text;
      }
    }
    Desk desk = new Desk(new Both());

    assertAnswer(desk, "x");
    assertThat(desk.receive(Message.command("echo", "x"))).isEqualTo(Outcome.REJECT);
  }

  @Test
  void oneMethodMayHandleSeveralKinds() {
    class Both {
      final List<String> heard = new ArrayList<>();

      @MessageHandler("tell")
      @RpcHandler("ask")
      String both(@Param("text") String text) {
        heard.add(text);
        return text;
      }
    }
    Both both = new Both();
    Desk desk = new Desk(both);

    desk.receive(Message.command("tell", java.util.Map.of("text", "a")));
    desk.request(Message.rpc("ask", java.util.Map.of("text", "b")));

    assertThat(both.heard).containsExactly("a", "b");
    assertThat(desk.reply()).isEqualTo(Result.success("b"));
  }

  static class Listener {
    final List<String> heard = new ArrayList<>();

    @MessageHandler("echo")
    void exact() {
      heard.add("exact");
    }

    @MessageHandler(MessageHandler.ANY)
    void anyCommand() {
      heard.add("any command");
    }

    @MessageHandler(value = "echo", type = MessageHandler.ANY)
    void anyType() {
      heard.add("echo of any type");
    }

    @MessageHandler(value = MessageHandler.ANY, type = MessageHandler.ANY)
    void all() {
      heard.add("all");
    }
  }

  @Test
  void wildNamesAndTypesRunBesideTheExactOnes() {
    assertThat(heardOf(new Listener(), Message.command("echo")))
        .containsExactly("exact", "any command", "echo of any type", "all");
    assertThat(heardOf(new Listener(), Message.command("other")))
        .containsExactly("any command", "all");
    assertThat(heardOf(new Listener(), Message.status("echo")))
        .containsExactly("echo of any type", "all");
    assertThat(heardOf(new Listener(), Message.bare(List.of(), java.util.Map.of())))
        .containsExactly("all");
    assertThat(
            heardOf(
                new Listener(), Message.of(MessageCategory.MESSAGE, "*", "*", java.util.Map.of())))
        .contains("all");
  }

  private static List<String> heardOf(Listener wild, Message message) {
    new Desk(wild).receive(message);
    return wild.heard;
  }

  @Test
  void wildAnswerIsForWhatNobodyElseAnswers() {
    class Wild {
      @RpcHandler("echo")
      String echo() {
        return "exact";
      }

      @RpcHandler(MessageHandler.ANY)
      String any(Message request) {
        return "any " + request.name();
      }
    }

    assertAnswer(new Desk(new Wild()), "exact");
    Desk other = new Desk(new Wild());
    other.request(Message.rpc("other"));
    assertThat(other.reply()).isEqualTo(Result.success("any other"));
  }

  private static void assertAnswer(Desk desk, String answer) {
    assertThat(desk.request(Message.rpc("echo", "x"))).isEqualTo(Outcome.ACK);
    assertThat(desk.reply()).isEqualTo(Result.success(answer));
  }
}
