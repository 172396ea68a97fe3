package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.amqp.ConnectionSettings;

class EnvironmentTest {
  @Test
  void nothingSetIsABareRabbitMqOnThisMachine() {
    assertThat(settings(Map.of())).hasToString("amqp://guest@localhost:5672 virtual host '/'");
  }

  @Test
  void eachVariableSetsItsValue() {
    assertThat(
            settings(
                Map.of(
                    "POSTAGE_HOST", "host",
                    "POSTAGE_PORT", "1234",
                    "POSTAGE_USER", "me",
                    "POSTAGE_PASSWORD", "secret",
                    "POSTAGE_VHOST", "v")))
        .hasToString("amqp://me@host:1234 virtual host 'v'");
  }

  @Test
  void uriSetsThemAll() {
    assertThat(settings(Map.of("POSTAGE_URI", "amqps://me:secret@host/v")))
        .hasToString("amqps://me@host:5671 virtual host 'v'");
  }

  @Test
  void singleVariablesWinOverTheUri() {
    assertThat(
            settings(
                Map.of(
                    "POSTAGE_URI", "amqp://me:secret@host:1/v",
                    "POSTAGE_HOST", "other",
                    "POSTAGE_PORT", "2",
                    "POSTAGE_USER", "you",
                    "POSTAGE_VHOST", "w")))
        .hasToString("amqp://you@other:2 virtual host 'w'");
  }

  @Test
  void hostMayBeAListOfAddresses() {
    assertThat(settings(Map.of("POSTAGE_HOST", "one:1, two,[::1]:3", "POSTAGE_PORT", "2")))
        .hasToString("amqp://guest@one:1,two:2,[::1]:3 virtual host '/'");
    assertThat(settings(Map.of("POSTAGE_URI", "amqp://a,b", "POSTAGE_HOST", "::1")))
        .hasToString("amqp://guest@[::1]:5672 virtual host '/'");
  }

  @ParameterizedTest
  @CsvSource({
    "'one,', ''",
    "'a b', 'a b'",
    "'one,x:y', 'x:y'",
    "'me:secret@one', '***@one'",
    "'amqp://one', 'amqp://one'"
  })
  void wrongAddressIsNamed(String host, String shown) {
    assertThatThrownBy(() -> settings(Map.of("POSTAGE_HOST", host)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("address: '" + shown + "' (expected: host, host:port or [ip6]:port)");
  }

  @Test
  void passwordAndPasswordFileAreNotBothTaken(@TempDir Path directory) {
    String file = directory.resolve("password").toString();

    for (String name : List.of("POSTAGE_PASSWORD", "POSTAGE_RMQ_PASSWORD")) {
      assertThatThrownBy(() -> settings(Map.of(name, "s3cret", "POSTAGE_PASSWORD_FILE", file)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "POSTAGE_PASSWORD and POSTAGE_PASSWORD_FILE: both set (expected: one of them)");
    }
  }

  @Test
  void emptyVariableIsAnAbsentOne() {
    assertThat(
            settings(
                Map.of(
                    "POSTAGE_URI", "",
                    "POSTAGE_HOST", "",
                    "POSTAGE_PORT", "",
                    "POSTAGE_USER", "",
                    "POSTAGE_PASSWORD", "",
                    "POSTAGE_PASSWORD_FILE", "",
                    "POSTAGE_VHOST", "")))
        .hasToString("amqp://guest@localhost:5672 virtual host '/'");
  }

  @Test
  void deprecatedVariableCountsWhereTheNewOneIsNotSet() {
    assertThat(settings(Map.of("POSTAGE_RMQ_USER", "old", "POSTAGE_USER", "")).user())
        .isEqualTo("old");
    assertThat(settings(Map.of("POSTAGE_RMQ_USER", "old", "POSTAGE_USER", "new")).user())
        .isEqualTo("new");
  }

  @ParameterizedTest
  @CsvSource({
    "56x2, POSTAGE_PORT: '56x2' (expected: 1 to 65535)",
    "-, POSTAGE_PORT: '-' (expected: 1 to 65535)",
    "0, port: 0 (expected: 1 to 65535)",
    "65536, port: 65536 (expected: 1 to 65535)"
  })
  void wrongPortIsNamed(String port, String message) {
    assertThatThrownBy(() -> settings(Map.of("POSTAGE_PORT", port)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void wrongUriIsRefusedWithoutItsPassword() {
    assertThatThrownBy(() -> settings(Map.of("POSTAGE_URI", "amqp://me:secret@host/a/b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("broker URI: 'amqp://***@host/a/b' (expected: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "True", "TRUE"})
  void debugModeIsTrue(String value) {
    assertThat(new Environment(Map.of("POSTAGE_DEBUG_MODE", value)).isDebugMode()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "", "1", "yes"})
  void anythingElseIsNoDebugMode(String value) {
    assertThat(new Environment(Map.of("POSTAGE_DEBUG_MODE", value)).isDebugMode()).isFalse();
    assertThat(new Environment(Map.of()).isDebugMode()).isFalse();
  }

  private static ConnectionSettings settings(Map<String, String> variables) {
    return new Environment(variables).connection().build();
  }
}
