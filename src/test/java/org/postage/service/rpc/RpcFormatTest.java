package org.postage.service.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.encoding.JsonEncoder;
import org.postage.message.PostageException;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** What goes over the wire, byte for byte, and what comes back, sense or nonsense. */
class RpcFormatTest {
  private static final RpcRequest REQUEST = RpcRequest.of("greeter", "hello", "bob").with("p", "?");

  private final JsonEncoder json = new JsonEncoder();

  private @Nullable Object nameko(String body) {
    return RpcProtocol.NAMEKO.format().answer(json, REQUEST, body.getBytes(UTF_8));
  }

  private @Nullable Object ufw(String body) {
    return RpcProtocol.MICRO_FRAMEWORK.format().answer(json, REQUEST, body.getBytes(UTF_8));
  }

  private String quoted(String text) {
    return new String(json.encodeValue(text), UTF_8);
  }

  @Test
  void namekoHasItsOwnNamesAndBodies() {
    RpcFormat format = RpcProtocol.NAMEKO.format();

    assertThat(format.exchange()).isEqualTo(Exchange.topic("nameko-rpc"));
    assertThat(format.key("greeter", "hello")).isEqualTo("greeter.hello");
    assertThat(format.answers("shop", "1-2"))
        .isEqualTo(
            Exchange.topic("nameko-rpc")
                .to(
                    Queue.named("rpc.reply-shop-1-2").durable().withArgument("x-expires", 300_000L),
                    "1-2"));
    assertThat(new String(format.request(json, REQUEST), UTF_8))
        .isEqualTo("{\"args\":[\"bob\"],\"kwargs\":{\"p\":\"?\"}}");
    assertThat(format.headers("shop.call.1"))
        .isEqualTo(Map.of("nameko.call_id_stack", List.of("shop.call.1")));
  }

  @Test
  void microFrameworkHasItsOwnNamesAndBodies() {
    RpcFormat format = RpcProtocol.MICRO_FRAMEWORK.format();

    assertThat(format.exchange()).isEqualTo(Exchange.topic("ufw-rpc"));
    assertThat(format.key("calc", "Calc.mul")).isEqualTo("calc.Calc.mul");
    assertThat(format.key("calc", "__list_targets__"))
        .isEqualTo("calc._broadcast.__list_targets__");
    assertThat(format.answers("shop", "1-2"))
        .isEqualTo(
            Exchange.topic("ufw-rpc")
                .to(
                    Queue.named("ufw-reply-1-2")
                        .durable()
                        .withArgument("x-expires", 43_200_000L)
                        .withArgument("x-message-ttl", 86_400_000),
                    "ufw-reply-1-2"));
    assertThat(new String(format.request(json, REQUEST), UTF_8))
        .isEqualTo(
            "{\"command\":\"hello\",\"command_args\":[\"bob\"],\"command_kwargs\":{\"p\":\"?\"}}");
    assertThat(format.headers("shop.call.1")).isEmpty();
  }

  @Test
  void namekosAnswersAreRead() {
    assertThat(nameko("{\"result\": \"hi\", \"error\": null}")).isEqualTo("hi");
    assertThat(nameko("{\"result\": null, \"error\": {}, \"more\": 1}")).isNull();
    assertThat(nameko("{\"result\": [1]}")).isEqualTo(List.of(1));
  }

  @Test
  void namekosErrorsAreText() {
    RemoteException e =
        catchThrowableOfType(
            RemoteException.class,
            () ->
                nameko(
                    "{\"result\": null, \"error\": {\"exc_type\": \"Runtime\\nx\", \"exc_path\":"
                        + " \"java.lang.Runtime\", \"exc_args\": [null, \"a\"], \"value\":"
                        + " \"v\"}}"));

    assertThat(e).hasMessage("greeter.hello failed: Runtime\\u000ax: v");
    assertThat(e.type()).isEqualTo("Runtime\nx");
    assertThat(e.origin()).isEqualTo("java.lang.Runtime");
    assertThat(e.args()).isEqualTo(Arrays.asList(null, "a"));
    assertThatThrownBy(() -> nameko("{\"error\": {\"x\": 1}}"))
        .isInstanceOf(RemoteException.class)
        .hasMessage("greeter.hello failed: : ");
  }

  @Test
  void microFrameworksAnswersAreReadFromAStringAndFromAnObject() {
    String answer = "{\"data\": {\"a\": 10}, \"exception\": null}";

    assertThat(ufw(quoted(answer))).isEqualTo(Map.of("a", 10));
    assertThat(ufw(answer)).isEqualTo(Map.of("a", 10));
  }

  @Test
  void microFrameworksErrorsAreText() {
    String error =
        "{\"data\": null, \"exception\": {\"exception\": \"E\", \"message\": \"m\", \"args\": [1],"
            + " \"kwargs\": {}, \"module\": \"tasks\"}}";

    RemoteException e = catchThrowableOfType(RemoteException.class, () -> ufw(quoted(error)));

    assertThat(e).hasMessage("greeter.hello failed: E: m");
    assertThat(e.origin()).isEqualTo("tasks");
    assertThat(e.args()).isEqualTo(List.of(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "7",
        "\"\"",
        "\"x\"",
        "\"[]\"",
        "null",
        "not json",
        "{\"error\": 7, \"exception\": 7}",
        "{\"result\": 1, \"result\": 1, \"data\": 1, \"data\": 1}"
      })
  void nonsenseIsRefused(String body) {
    assertThatThrownBy(() -> nameko(body)).isInstanceOf(PostageException.class);
    assertThatThrownBy(() -> ufw(body)).isInstanceOf(PostageException.class);
  }

  @ParameterizedTest
  @EnumSource(RpcProtocol.class)
  void answersNestedTooDeepAreRefused(RpcProtocol protocol) {
    String deep = "{\"result\": 1, \"data\": " + "[".repeat(100) + "]".repeat(100) + "}";

    assertThatThrownBy(() -> protocol.format().answer(json, REQUEST, deep.getBytes(UTF_8)))
        .isInstanceOf(PostageException.class);
    assertThatThrownBy(() -> ufw(quoted(deep))).isInstanceOf(PostageException.class);
  }
}
