package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MessageTest {
  @Test
  void commandCarriesItsParameterUnwrapped() {
    Message command = Message.command("echo", "hi");

    assertThat(command.category()).isEqualTo(MessageCategory.MESSAGE);
    assertThat(command.type()).isEqualTo("command");
    assertThat(command.name()).isEqualTo("echo");
    assertThat(command.content()).isEqualTo(Map.of("parameters", "hi"));
    assertThat(command.parameters()).isEqualTo("hi");
    assertThat(command.fingerprint()).isEmpty();
    assertThat(command.reserved()).isEmpty();
  }

  @Test
  void commandWithoutParametersCarriesAnEmptyObject() {
    assertThat(Message.command("quit").content()).isEqualTo(Map.of("parameters", Map.of()));
  }

  @Test
  void nullIsAParameterOfItsOwn() {
    Message command = Message.command("echo", null);

    assertThat(command.content()).containsOnlyKeys("parameters").containsEntry("parameters", null);
  }

  @Test
  void requestIsACommandOfCategoryRpc() {
    assertThat(Message.rpc("sum", List.of(1, 2)).key())
        .isEqualTo(new MessageKey(MessageCategory.RPC, "command", "sum"));
    assertThat(Message.rpc("sum").content()).isEqualTo(Map.of("parameters", Map.of()));
  }

  @Test
  void statusIsTheNameAndHasNoContent() {
    Message status = Message.status("online");

    assertThat(status.key()).isEqualTo(new MessageKey(MessageCategory.MESSAGE, "status", "online"));
    assertThat(status.content()).isEmpty();
    assertThat(status.parameters()).isNull();
  }

  @Test
  void bareMessageLeavesOutWhatItHasNone() {
    assertThat(Message.bare(List.of(1, "a"), Map.of()).content())
        .isEqualTo(Map.of("args", List.of(1, "a")));
    assertThat(Message.bare(List.of(), Map.of("k", 1)).content())
        .isEqualTo(Map.of("kwds", Map.of("k", 1)));
    assertThat(Message.bare(List.of(), Map.of()).content()).isEmpty();
    assertThat(Message.bare(List.of(), Map.of()).key())
        .isEqualTo(new MessageKey(MessageCategory.MESSAGE, "none", "none"));
  }

  @Test
  void mapsAreCopied() {
    Map<String, @Nullable Object> content = new HashMap<>();
    content.put("a", null);
    Message message = Message.of(MessageCategory.MESSAGE, "custom", "n", content);

    content.put("b", 1);

    assertThat(message.content()).containsOnlyKeys("a");
  }

  @Test
  void mapsCanNotBeChanged() {
    Message message = Message.command("echo", 1);

    assertThatThrownBy(() -> message.content().put("x", 1))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> message.fingerprint().put("x", 1))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> message.reserved().put("x", 1))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void copiesDifferInOneThingOnly() {
    Message message =
        new Message(
            MessageCategory.RPC,
            "custom",
            "n",
            Map.of("name", "me"),
            Map.of("a", 1),
            Map.of("r", 1));

    assertThat(message.withName("other"))
        .isEqualTo(
            new Message(
                MessageCategory.RPC,
                "custom",
                "other",
                Map.of("name", "me"),
                Map.of("a", 1),
                Map.of("r", 1)));
    assertThat(message.withContent(Map.of("b", 2)))
        .isEqualTo(
            new Message(
                MessageCategory.RPC,
                "custom",
                "n",
                Map.of("name", "me"),
                Map.of("b", 2),
                Map.of("r", 1)));
    assertThat(message.withFingerprint(Map.of()))
        .isEqualTo(
            new Message(
                MessageCategory.RPC, "custom", "n", Map.of(), Map.of("a", 1), Map.of("r", 1)));
  }

  @Test
  void senderNamesWhatWasSentAndNoneForTheRest() {
    Message message =
        Message.command("echo").withFingerprint(Map.of("name", "me", "pid", 12, "extra", true));

    assertThat(message.sender())
        .isEqualTo(new Fingerprint("me", "None", "12", "None", "None", "None"));
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullsAreRefusedByName() {
    assertThatThrownBy(() -> Message.command(null)).hasMessage("name");
    assertThatThrownBy(() -> Message.status(null)).hasMessage("name");
    assertThatThrownBy(() -> Message.of(null, "t", "n", Map.of())).hasMessage("category");
    assertThatThrownBy(() -> Message.of(MessageCategory.RPC, null, "n", Map.of()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("type");
  }

  @Test
  void keyAsTextIsOneLineWhateverThePeerPutIntoIt() {
    MessageKey key = new MessageKey(MessageCategory.RPC, "com\nmand", "a\u001b[31mb");

    assertThat(key).hasToString("rpc/com\\u000amand/a\\u001b[31mb");
  }

  @Test
  void categoriesAreTheTwoOfTheProtocol() {
    assertThat(Arrays.stream(MessageCategory.values()).map(MessageCategory::wireName))
        .containsExactly("message", "rpc");
    assertThat(MessageCategory.ofWireName("rpc")).contains(MessageCategory.RPC);
    assertThat(MessageCategory.ofWireName("message")).contains(MessageCategory.MESSAGE);
    assertThat(MessageCategory.ofWireName("RPC")).isEmpty();
    assertThat(MessageCategory.ofWireName("")).isEmpty();
  }

  @Test
  void contentMayHoldNulls() {
    Message message =
        Message.of(
            MessageCategory.MESSAGE, "custom", "n", Collections.singletonMap("nothing", null));

    assertThat(message.content()).containsEntry("nothing", null);
  }
}
