package org.postage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;

/** About {@link Producers} and what a proxy does with default methods, inheritance and Object's. */
class ProducerInterfaceTest {
  private final Bench bench = new Bench();

  interface Built {
    void message_echo(String text, SendOption... options);

    void messageBigEcho(String text);

    void message_sum(int a, int b);

    @Status("online")
    void goOnline(String load);

    void message_nothing(String text);

    default Message build_message_echo(String text) {
      return Message.command("echo", decorated(text));
    }

    default Message buildMessageBigEcho(String text) {
      return Message.command("big", text);
    }

    default Message build_message_sum(int a, int b) {
      return Message.command("sum", a + b);
    }

    default Message build_message_online(String load) {
      return Message.status("online").withContent(Map.of("load", load));
    }

    @SuppressWarnings("NullAway") // A user's mistake.
    default Message build_message_nothing(String text) {
      return null;
    }

    default String decorated(String text) {
      return "<" + text + ">";
    }

    default String joined(String... texts) {
      return String.join(",", texts);
    }

    default void fails() throws java.io.IOException {
      throw new java.io.IOException("as thrown");
    }
  }

  @Test
  void builderMakesTheMessage() {
    bench.create(Built.class).message_echo("x", SendOption.key("k"));

    assertThat(bench.sent())
        .isEqualTo(Message.command("echo", "<x>").withFingerprint(Bench.FINGERPRINT));
    assertThat(bench.transport.onlyPublished().to().routingKey()).isEqualTo("k");
  }

  @Test
  void builderInCamelCaseMakesTheMessage() {
    bench.create(Built.class).messageBigEcho("x");

    assertThat(bench.sent().key().name()).isEqualTo("big");
  }

  @Test
  void builderWithSeveralParametersGetsThemAll() {
    bench.create(Built.class).message_sum(1, 2);

    assertThat(bench.sent().parameters()).isEqualTo(3);
  }

  @Test
  void builderOfAnAnnotatedMethodIsFoundByTheNameOfItsMessage() {
    bench.create(Built.class).goOnline("high");

    assertThat(bench.sent().content()).isEqualTo(Map.of("load", "high"));
  }

  @Test
  void builderThatReturnsNullIsNamed() {
    Built built = bench.create(Built.class);

    assertThatThrownBy(() -> built.message_nothing("x"))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("Built.build_message_nothing(String) returned null (expected: a Message)");
  }

  @Test
  void defaultMethodsJustWork() {
    Built built = bench.create(Built.class);

    assertThat(built.decorated("x")).isEqualTo("<x>");
    assertThat(built.joined("a", "b")).isEqualTo("a,b");
    assertThat(built.joined()).isEqualTo("");
    assertThatThrownBy(built::fails)
        .isInstanceOf(java.io.IOException.class)
        .hasMessage("as thrown");
    assertThat(bench.transport.published()).isEmpty();
  }

  interface WrongCategory {
    String rpc_echo(String text);

    default Message build_rpc_echo(String text) {
      return Message.command("echo", text);
    }
  }

  @Test
  void builderOfTheWrongCategoryIsNamed() {
    WrongCategory producer = bench.create(WrongCategory.class);

    assertThatThrownBy(() -> producer.rpc_echo("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "WrongCategory.rpc_echo(String): its builder made a message of category message (expected: rpc)");
  }

  interface Base {
    void message_base(String text);

    void message_both(String text);

    default Message build_message_base(String text) {
      return Message.command("base", "base " + text);
    }

    default String whoAmI() {
      return "base";
    }
  }

  interface Other {
    void message_both(String text);
  }

  interface Derived extends Base, Other {
    void message_derived();

    @Override
    default Message build_message_base(String text) {
      return Message.command("base", "derived " + text);
    }

    @Override
    default String whoAmI() {
      return "derived of " + Base.super.whoAmI();
    }
  }

  @Test
  void inheritedMethodsSendAndOverridesCount() {
    Derived derived = bench.create(Derived.class);

    derived.message_base("x");
    derived.message_both("y");
    derived.message_derived();

    assertThat(bench.transport.published())
        .extracting(published -> Bench.message(published).parameters())
        .containsExactly("derived x", "y", Map.of());
    assertThat(derived.whoAmI()).isEqualTo("derived of base");
  }

  @Test
  void methodsWorkThroughEitherSuperinterface() {
    Derived derived = bench.create(Derived.class);

    ((Base) derived).message_both("a");
    ((Other) derived).message_both("b");

    assertThat(bench.transport.published()).hasSize(2);
  }

  interface OfType<T> {
    void message_echo(T value);
  }

  interface OfText extends OfType<String> {}

  interface OverridesOfText extends OfType<String> {
    @Override
    void message_echo(String value);
  }

  @Test
  void genericSuperinterfaceIsTaken() {
    bench.create(OfText.class).message_echo("a");
    OfType<String> overridden = bench.create(OverridesOfText.class);
    overridden.message_echo("b");

    assertThat(bench.transport.published())
        .extracting(published -> Bench.message(published).parameters())
        .containsExactly("a", "b");
  }

  @Test
  void objectsMethodsAreThoseOfAnObject() {
    Base one = bench.create(Base.class);
    Base two = bench.create(Base.class);

    assertThat(one).hasToString("producer org.postage.producer.ProducerInterfaceTest$Base");
    assertThat(one.equals(one)).isTrue();
    assertThat(one).isNotEqualTo(two);
    assertThat(one.equals(null)).isFalse();
    assertThat(one.hashCode()).isEqualTo(System.identityHashCode(one));
    assertThat(List.of(two, one)).contains(one);
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullIsNoInterface() {
    Class<Base> none = null;

    assertThatThrownBy(() -> bench.create(none))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("type");
  }
}
