package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResultTest {
  static Stream<Result> results() {
    return Stream.of(
        Result.success("value"),
        Result.success(null),
        Result.success(List.of(1), "a remark"),
        Result.error("why"),
        Result.exception(new IllegalStateException("broken")));
  }

  @ParameterizedTest
  @MethodSource("results")
  void whatIsWrittenIsReadAgain(Result result) {
    assertThat(Result.of(result.toMessage())).isEqualTo(result);
  }

  @Test
  void successCarriesItsValue() {
    assertContent(Result.success(7, "done").toMessage(), "success", 7, "done");
  }

  @Test
  void errorCarriesNullAndWhy() {
    assertContent(Result.error("why").toMessage(), "error", null, "why");
  }

  @Test
  void exceptionCarriesTheSimpleNameOfItsClassAndItsText() {
    assertContent(
        Result.exception(new IllegalStateException("broken")).toMessage(),
        "exception",
        "IllegalStateException",
        "broken");
  }

  @Test
  void exceptionWithoutTextCarriesAnEmptyOne() {
    assertThat(Result.exception(new IllegalStateException()))
        .isEqualTo(new Result.Thrown("IllegalStateException", ""));
  }

  @Test
  void exceptionOfAClassWithoutANameCarriesItsSuperclasss() {
    assertThat(Result.exception(new IllegalStateException("anonymous") {}))
        .isEqualTo(new Result.Thrown("IllegalStateException", "anonymous"));
  }

  @Test
  void resultsAreMessagesWithoutNameAndFingerprint() {
    Message message = Result.success(1).toMessage();

    assertThat(message.key()).isEqualTo(new MessageKey(MessageCategory.MESSAGE, "result", "none"));
    assertThat(message.fingerprint()).isEmpty();
  }

  @Test
  void absentValueIsNullAndAbsentMessageEmpty() {
    assertThat(Result.of(result(Map.of("type", "success"))))
        .isEqualTo(new Result.Success(null, ""));
    assertThat(Result.of(result(Map.of("type", "error")))).isEqualTo(new Result.Failure(""));
    assertThat(Result.of(result(Map.of("type", "exception")))).isEqualTo(new Result.Thrown("", ""));
  }

  @Test
  void textThatIsNoStringIsShownAsJson() {
    Map<String, @Nullable Object> odd = new HashMap<>();
    odd.put("a \"b\"\n", List.of(1, true, 2.5));
    odd.put("n", null);

    assertThat(Result.of(result(Map.of("type", "error", "message", odd))))
        .isIn(
            new Result.Failure("{\"a \\\"b\\\"\\u000a\": [1, true, 2.5], \"n\": null}"),
            new Result.Failure("{\"n\": null, \"a \\\"b\\\"\\u000a\": [1, true, 2.5]}"));
    assertThat(Result.of(result(Map.of("type", "exception", "value", 7, "message", List.of()))))
        .isEqualTo(new Result.Thrown("7", "[]"));
  }

  @Test
  void messageOfAnotherTypeIsNoResult() {
    assertThatThrownBy(() -> Result.of(Message.command("echo", 1)))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.path()).isEqualTo("$.type"))
        .hasMessage("$.type: 'command' (expected: 'result')");
  }

  @Test
  void unknownKindOfResultIsRefused() {
    assertThatThrownBy(() -> Result.of(result(Map.of("type", "Success"))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$.content.type: 'Success' (expected: success, error or exception)");
    assertThatThrownBy(() -> Result.of(result(Map.of("type", 0))))
        .hasMessage("$.content.type: '0' (expected: success, error or exception)");
    assertThatThrownBy(() -> Result.of(result(Map.of())))
        .hasMessage("$.content.type: 'null' (expected: success, error or exception)");
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullsAreRefusedByName() {
    assertThatThrownBy(() -> Result.error(null)).hasMessage("message");
    assertThatThrownBy(() -> Result.success(1, null)).hasMessage("message");
    assertThatThrownBy(() -> new Result.Thrown(null, "")).hasMessage("name");
    assertThatThrownBy(() -> new Result.Thrown("", null)).hasMessage("message");
  }

  private static Message result(Map<String, ?> content) {
    return Message.of(MessageCategory.MESSAGE, "result", "none", content);
  }

  private static void assertContent(
      Message message, String type, @Nullable Object value, String text) {
    assertThat(message.content())
        .containsOnlyKeys("type", "value", "message")
        .containsEntry("type", type)
        .containsEntry("value", value)
        .containsEntry("message", text);
  }
}
