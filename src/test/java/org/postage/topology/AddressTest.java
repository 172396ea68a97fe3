package org.postage.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @Test
  void keysAreThoseOfTheProtocol() {
    assertThat(Address.all("app").routingKey()).isEqualTo("app");
    assertThat(Address.one("app").routingKey()).isEqualTo("app/rr");
    assertThat(Address.allOnHost("host").routingKey()).isEqualTo("@host");
    assertThat(Address.allOnHost("app", "host").routingKey()).isEqualTo("app@host");
    assertThat(Address.oneOnHost("app", "host").routingKey()).isEqualTo("app@host/rr");
    assertThat(Address.instance("12", "host").routingKey()).isEqualTo("12@host");
    assertThat(Address.allInGroup("app", "group").routingKey()).isEqualTo("app#group");
    assertThat(Address.oneInGroup("app", "group").routingKey()).isEqualTo("app#group/rr");
  }

  @Test
  void destinationIsTheExchangeOfApplications() {
    assertThat(Address.all("app").destination())
        .isEqualTo(Exchange.direct("generic-application-exchange").withKey("app"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a@b", "a#b", "a/b", "app/rr", "@", "#", "/"})
  void partsThatWouldMakeAnotherKeyAreRefused(String part) {
    assertRefused(() -> Address.all(part), "name", part);
    assertRefused(() -> Address.one(part), "name", part);
    assertRefused(() -> Address.allOnHost(part), "host", part);
    assertRefused(() -> Address.allOnHost(part, "host"), "name", part);
    assertRefused(() -> Address.allOnHost("app", part), "host", part);
    assertRefused(() -> Address.oneOnHost(part, "host"), "name", part);
    assertRefused(() -> Address.oneOnHost("app", part), "host", part);
    assertRefused(() -> Address.instance(part, "host"), "pid", part);
    assertRefused(() -> Address.instance("12", part), "host", part);
    assertRefused(() -> Address.allInGroup(part, "group"), "name", part);
    assertRefused(() -> Address.allInGroup("app", part), "group", part);
    assertRefused(() -> Address.oneInGroup(part, "group"), "name", part);
    assertRefused(() -> Address.oneInGroup("app", part), "group", part);
  }

  @Test
  @SuppressWarnings("NullAway") // Nulls are what this is about.
  void nullsAreRefusedByName() {
    assertThatThrownBy(() -> Address.all(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("name");
    assertThatThrownBy(() -> Address.oneInGroup("app", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("group");
  }

  private static void assertRefused(Runnable making, String what, String part) {
    assertThatThrownBy(making::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            what
                + ": '"
                + part
                + "' (expected: not empty, and none of '@', '#' and '/', which routing keys are made of)");
  }
}
