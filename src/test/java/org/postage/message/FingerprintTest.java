package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class FingerprintTest {
  @Test
  @EnabledOnOs(OS.LINUX)
  void hostIsTheKernelsName() throws IOException {
    String kernelName = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();

    assertThat(Fingerprint.of("me").host()).isEqualTo(kernelName);
  }

  @Test
  void processFillsItselfIn() {
    Fingerprint fingerprint = Fingerprint.of("me", "application");

    assertThat(fingerprint.name()).isEqualTo("me");
    assertThat(fingerprint.type()).isEqualTo("application");
    assertThat(fingerprint.pid()).isEqualTo(Long.toString(ProcessHandle.current().pid()));
    assertThat(fingerprint.user()).isEqualTo(System.getProperty("user.name"));
  }

  @Test
  void absentNameAndTypeAreNone() {
    assertThat(Fingerprint.of("me").type()).isEqualTo("None");
    assertThat(Fingerprint.bare().name()).isEqualTo("None");
    assertThat(Fingerprint.bare().type()).isEqualTo("None");
  }

  @Test
  void dictionaryFormHasTheSixKeysInOrder() {
    assertThat(new Fingerprint("n", "t", "1", "h", "u", "/").asMap())
        .containsExactly(
            Map.entry("name", "n"),
            Map.entry("type", "t"),
            Map.entry("pid", "1"),
            Map.entry("host", "h"),
            Map.entry("user", "u"),
            Map.entry("vhost", "/"));
  }

  @Test
  void listFormHasTheSameOrder() {
    assertThat(new Fingerprint("n", "t", "1", "h", "u", "/").asList())
        .isEqualTo(List.of("n", "t", "1", "h", "u", "/"));
  }

  @Test
  void dictionaryFormIsReadAgain() {
    Fingerprint fingerprint = new Fingerprint("n", "t", "1", "h", "u", "/");

    assertThat(Fingerprint.ofMap(fingerprint.asMap())).isEqualTo(fingerprint);
  }

  @Test
  void valuesThatAreNoStringsAreReadAsTheirText() {
    Map<String, @Nullable Object> map = new HashMap<>();
    map.put("pid", 12);
    map.put("name", null);
    map.put("unknown", "x");

    assertThat(Fingerprint.ofMap(map))
        .isEqualTo(new Fingerprint("None", "None", "12", "None", "None", "None"));
  }

  @Test
  void anotherVirtualHostChangesNothingElse() {
    assertThat(new Fingerprint("n", "t", "1", "h", "u", "/").withVhost("v"))
        .isEqualTo(new Fingerprint("n", "t", "1", "h", "u", "v"));
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullsAreRefusedByName() {
    assertThatThrownBy(() -> new Fingerprint(null, "t", "1", "h", "u", "/")).hasMessage("name");
    assertThatThrownBy(() -> new Fingerprint("n", null, "1", "h", "u", "/")).hasMessage("type");
    assertThatThrownBy(() -> new Fingerprint("n", "t", null, "h", "u", "/")).hasMessage("pid");
    assertThatThrownBy(() -> new Fingerprint("n", "t", "1", null, "u", "/")).hasMessage("host");
    assertThatThrownBy(() -> new Fingerprint("n", "t", "1", "h", null, "/")).hasMessage("user");
    assertThatThrownBy(() -> new Fingerprint("n", "t", "1", "h", "u", null)).hasMessage("vhost");
  }
}
