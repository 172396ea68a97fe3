package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerUriTest {
  @ParameterizedTest
  @CsvSource({
    "amqp://host, host, 5672, guest, guest, /",
    "amqp://host/, host, 5672, guest, guest, /",
    "amqp://host:1234, host, 1234, guest, guest, /",
    "amqp://host/v, host, 5672, guest, guest, v",
    "amqp://host/%2F, host, 5672, guest, guest, /",
    "amqp://host/a%2Fb, host, 5672, guest, guest, a/b",
    "amqp://me@host, host, 5672, me, guest, /",
    "amqp://me:secret@host, host, 5672, me, secret, /",
    "amqp://me:@host, host, 5672, me, '', /",
    "amqp://m%40e:p%3A%2F%3f%23%25@host/v, host, 5672, m@e, p:/?#%, v",
    "amqp://me:p%C3%A9@host/%e4%b8%96, host, 5672, me, pé, 世",
    "amqp://my_host:65535/v, my_host, 65535, guest, guest, v",
    "amqp://192.168.0.1:1, 192.168.0.1, 1, guest, guest, /",
    "amqp://[::1]:5673/v, ::1, 5673, guest, guest, v",
    "amqp://[fe80::1], fe80::1, 5672, guest, guest, /",
    "amqps://me:secret@host.example.org/v, host.example.org, 5671, me, secret, v",
    "amqps://host:5672, host, 5672, guest, guest, /"
  })
  void goodUriIsRead(
      String uri, String host, int port, String user, String password, String vhost) {
    ConnectionSettings settings = BrokerUri.parse(uri).build();

    assertThat(settings.addresses()).containsExactly(new BrokerAddress(host, port));
    assertThat(settings.user()).isEqualTo(user);
    assertThat(settings.password()).isEqualTo(password);
    assertThat(settings.vhost()).isEqualTo(vhost);
    assertThat(settings.tls() != null).isEqualTo(uri.startsWith("amqps"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "amqp://one,two | amqp://guest@one:5672,two:5672 virtual host '/'",
        "amqp://one:1,two:2,three | amqp://guest@one:1,two:2,three:5672 virtual host '/'",
        "amqps://me:secret@one,two:2/v | amqps://me@one:5671,two:2 virtual host 'v'",
        "amqp://[::1]:1,[::2],10.0.0.1 | amqp://guest@[::1]:1,[::2]:5672,10.0.0.1:5672 virtual host '/'"
      })
  void severalAddressesAreReadInTheirOrder(String uri, String settings) {
    assertThat(BrokerUri.parse(uri).build()).hasToString(settings);
  }

  @Test
  void anAddressListOfAnyLengthIsRead() {
    String uri = "amqp://" + "host,".repeat(100_000) + "host";

    assertThat(BrokerUri.parse(uri).build().addresses()).hasSize(100_001);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "amqp",
        "amqp://",
        "amqp:///v",
        "amqp://:5672",
        "AMQP://host",
        "http://host",
        "amqp://host/a/b",
        "amqp://host/v?heartbeat=1",
        "amqp://host?x",
        "amqp://host#x",
        "amqp://ho st",
        "amqp://höst",
        "amqp://host,",
        "amqp://,host",
        "amqp://a,,b",
        "amqp://a, b",
        "amqp://a;b",
        " amqp://host"
      })
  void malformedUriIsRefusedAndShown(String uri) {
    assertRefused(uri, uri);
  }

  @ParameterizedTest
  @CsvSource({
    "amqp:, amqp:***",
    "amqp:host, amqp:***",
    "amqp:/host, amqp:***",
    "amqp://host:, amqp://host:***",
    "amqp://host:56x2, amqp://host:***",
    "amqp://host:-1, amqp://host:***",
    "amqp://host:123456, amqp://host:***",
    "amqp://[::1, amqp://[:***",
    "amqp://::1, amqp://:***"
  })
  void whatMayBeAPasswordIsNotShown(String uri, String shown) {
    assertRefused(uri, shown);
  }

  @Test
  void malformedUriIsShownOnOneLine() {
    assertRefused("amqp://host\n", "amqp://host\\u000a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "amqp://me:SECRET@host:56x2",
        "amqp://me:SEC@RET@host",
        "amqp://me:SEC/RET@host",
        "amqp://me:SEC:RET@host",
        "amqp://me:SEC?RET@host",
        "amqp://me:SEC#RET@",
        "amqp://me:SECRET@",
        "amqp://me:SECRET",
        "amqp://me:1SECRET",
        "amqp://me:SECRET/v",
        "amqp://me:SEC/RET",
        "amqp://me:SEC%40RET",
        "me:SECRET",
        "me:SECRET@host",
        "http://me:SECRET@host",
        "amqp://me:SEC%RET@host",
        "amqp://me:SEC%C3RET@host",
        "amqp://me:SECRET@host:0",
        "amqp://me:SECRET@host:65536",
        "amqp://me:SECRET@host/%",
        "amqp://me:SECRET@host/%zz",
        "amqp://me:SECRET@one,two:x",
        "amqp://me:SEC,RET@",
        "amqp://one,me:SECRET"
      })
  void passwordIsInNoMessage(String uri) {
    assertThatThrownBy(() -> BrokerUri.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SEC").doesNotContain("RET"))
        .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("SEC"));
  }

  @Test
  void hostAfterThePasswordIsShown() {
    assertThatThrownBy(() -> BrokerUri.parse("amqp://me:secret@host:56x2/v"))
        .hasMessage(
            "broker URI: 'amqp://***@host:56x2/v' (expected: amqp://user:password@host:port/vhost or amqps://..., special characters percent-encoded, no options)");
  }

  @Test
  void wrongEscapeIsNamed() {
    assertThatThrownBy(() -> BrokerUri.parse("amqp://host/50%"))
        .hasMessage(
            "broker URI: a % in the virtual host without two hexadecimal digits (expected: %25 for a percent sign)");
    assertThatThrownBy(() -> BrokerUri.parse("amqp://me:%g1@host"))
        .hasMessage(
            "broker URI: a % in the password without two hexadecimal digits (expected: %25 for a percent sign)");
    assertThatThrownBy(() -> BrokerUri.parse("amqp://%ff@host"))
        .hasMessage("broker URI: the user is not UTF-8 when decoded");
  }

  @Test
  void portOutOfRangeIsNamed() {
    assertThatThrownBy(() -> BrokerUri.parse("amqp://host:65536"))
        .hasMessage("port: 65536 (expected: 1 to 65535)");
    assertThatThrownBy(() -> BrokerUri.parse("amqp://one:1,two:65536"))
        .hasMessage("port: 65536 (expected: 1 to 65535)");
    assertThatThrownBy(() -> BrokerUri.parse("amqp://host:0"))
        .hasMessage("port: 0 (expected: 1 to 65535)");
  }

  @Test
  void settingsAsTextShowNoPassword() {
    assertThat(BrokerUri.parse("amqps://me:secret@host/v").build())
        .hasToString("amqps://me@host:5671 virtual host 'v'");
    assertThat(ConnectionSettings.builder().build())
        .hasToString("amqp://guest@localhost:5672 virtual host '/'");
  }

  private static void assertRefused(String uri, String shown) {
    assertThatThrownBy(() -> BrokerUri.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "broker URI: '"
                + shown
                + "' (expected: amqp://user:password@host:port/vhost or amqps://..., special characters percent-encoded, no options)");
  }
}
