package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageFormatTest {
  @Test
  void sevenKeysAreWrittenInTheOrderOfTheProtocol() {
    Message message =
        new Message(
            MessageCategory.RPC,
            "command",
            "sum",
            Map.of("name", "me"),
            Map.of("parameters", 1),
            Map.of("later", true));

    assertThat(MessageFormat.toMap(message))
        .containsExactly(
            Map.entry("type", "command"),
            Map.entry("name", "sum"),
            Map.entry("category", "rpc"),
            Map.entry("version", "2"),
            Map.entry("fingerprint", Map.of("name", "me")),
            Map.entry("content", Map.of("parameters", 1)),
            Map.entry("_reserved", Map.of("later", true)));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Message message =
        new Message(
            MessageCategory.MESSAGE,
            "my-type",
            "",
            Map.of("name", "me", "pid", 1),
            Map.of("list", List.of(1, Map.of("a", "b"))),
            Map.of("later", List.of()));

    assertThat(MessageFormat.fromMap(MessageFormat.toMap(message))).isEqualTo(message);
  }

  @Test
  void keysComeInAnyOrder() {
    Map<String, @Nullable Object> reversed = new LinkedHashMap<>();
    List<String> keys = new ArrayList<>(body().keySet());
    for (int i = keys.size() - 1; i >= 0; i--) {
      reversed.put(keys.get(i), body().get(keys.get(i)));
    }

    assertThat(MessageFormat.fromMap(reversed)).isEqualTo(MessageFormat.fromMap(body()));
  }

  @Test
  void unknownKeysAreIgnored() {
    Map<String, @Nullable Object> body = body();
    body.put("Type", "other");
    body.put("extra", null);

    assertThat(MessageFormat.fromMap(body)).isEqualTo(MessageFormat.fromMap(body()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "fingerprint", "_reserved"})
  void absentOptionalKeyIsTheUsualOne(String key) {
    Map<String, @Nullable Object> body = body();
    body.remove(key);

    assertThat(MessageFormat.fromMap(body)).isEqualTo(Message.command("echo", "hi"));
  }

  @ParameterizedTest
  @CsvSource({
    "type, $.type: absent (expected: a string)",
    "name, $.name: absent (expected: a string)",
    "category, $.category: absent (expected: a string)",
    "content, $.content: absent (expected: an object)"
  })
  void absentKeyIsNamed(String key, String message) {
    Map<String, @Nullable Object> body = body();
    body.remove(key);

    assertThatThrownBy(() -> MessageFormat.fromMap(body))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "type, $.type: null (expected: a string)",
    "name, $.name: null (expected: a string)",
    "category, $.category: null (expected: a string)",
    "version, $.version: null (expected: the string '2')",
    "fingerprint, $.fingerprint: null (expected: an object)",
    "content, $.content: null (expected: an object)",
    "_reserved, $._reserved: null (expected: an object)"
  })
  void nullIsNotAbsence(String key, String message) {
    Map<String, @Nullable Object> body = body();
    body.put(key, null);

    assertThatThrownBy(() -> MessageFormat.fromMap(body))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "type, $.type: 7 (expected: a string)",
    "name, $.name: 7 (expected: a string)",
    "category, $.category: 7 (expected: a string)",
    "version, $.version: 7 (expected: the string '2')",
    "fingerprint, $.fingerprint: 7 (expected: an object)",
    "content, $.content: 7 (expected: an object)",
    "_reserved, $._reserved: 7 (expected: an object)"
  })
  void valueOfAnotherKindIsNamed(String key, String message) {
    Map<String, @Nullable Object> body = body();
    body.put(key, 7);

    assertThatThrownBy(() -> MessageFormat.fromMap(body))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "1", "2.0", "", " 2"})
  void otherVersionIsRefused(String version) {
    Map<String, @Nullable Object> body = body();
    body.put("version", version);

    assertThatThrownBy(() -> MessageFormat.fromMap(body))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$.version: '" + version + "' (expected: the string '2')");
  }

  @Test
  void unknownCategoryIsRefused() {
    Map<String, @Nullable Object> body = body();
    body.put("category", "rcp");

    assertThatThrownBy(() -> MessageFormat.fromMap(body))
        .isInstanceOfSatisfying(
            MalformedMessageException.class,
            e -> {
              assertThat(e.path()).isEqualTo("$.category");
              assertThat(e.expected()).isEqualTo("'message' or 'rpc'");
            })
        .hasMessage("$.category: 'rcp' (expected: 'message' or 'rpc')");
  }

  @Test
  void errorShowsThePeersTextOnOneShortLine() {
    Map<String, @Nullable Object> body = body();
    body.put("category", "\r\n\u001b[2J" + "x".repeat(100_000));

    assertThatThrownBy(() -> MessageFormat.fromMap(body))
        .hasMessage(
            "$.category: '\\u000d\\u000a\\u001b[2J"
                + "x".repeat(193)
                + "... (100008 characters) (expected: 'message' or 'rpc')");
  }

  @Test
  void whatWasReadCanNotBeChangedAtAnyDepth() {
    List<@Nullable Object> list = new ArrayList<>();
    Map<String, @Nullable Object> inner = new LinkedHashMap<>();
    list.add(inner);
    Map<String, @Nullable Object> body = body();
    body.put("content", new LinkedHashMap<>(Map.of("parameters", list)));

    Message message = MessageFormat.fromMap(body);
    list.add("later");
    inner.put("later", 1);

    assertThat(message.parameters()).isEqualTo(List.of(Map.of()));
    assertThat(message.parameters())
        .isInstanceOfSatisfying(
            List.class,
            frozen -> {
              assertThatThrownBy(frozen::clear).isInstanceOf(UnsupportedOperationException.class);
              assertThatThrownBy(((Map<?, ?>) frozen.get(0))::clear)
                  .isInstanceOf(UnsupportedOperationException.class);
            });
  }

  @Test
  void nullsInContentSurvive() {
    List<@Nullable Object> list = new ArrayList<>();
    list.add(null);
    Map<String, @Nullable Object> content = new LinkedHashMap<>();
    content.put("a", null);
    content.put("b", list);
    Map<String, @Nullable Object> body = body();
    body.put("content", content);

    assertThat(MessageFormat.fromMap(body).content()).isEqualTo(content);
  }

  private static Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("type", "command");
    body.put("name", "echo");
    body.put("category", "message");
    body.put("version", "2");
    body.put("fingerprint", Map.of());
    body.put("content", Map.of("parameters", "hi"));
    body.put("_reserved", Map.of());
    return body;
  }
}
