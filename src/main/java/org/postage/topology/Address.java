package org.postage.topology;

import static java.util.Objects.requireNonNull;

/**
 * Which generic applications a message is for. Builds the routing keys of the protocol, so that
 * nobody has to put {@code @}, {@code #} and {@code /rr} together.
 *
 * <p>"All" is a fanout: each of them gets the message. "One" is round robin: they take turns.
 *
 * @param routingKey the key, at most 255 bytes
 */
public record Address(String routingKey) {
  /** The exchange of all generic applications. */
  public static final Exchange EXCHANGE = Exchange.direct("generic-application-exchange");

  private static final String ROUND_ROBIN = "/rr";

  /** Refuses a key that is too long. */
  public Address {
    Names.check("routing key", routingKey);
  }

  /** All applications with this name: {@code name}. */
  public static Address all(String name) {
    return new Address(part("name", name));
  }

  /** One of the applications with this name: {@code name/rr}. */
  public static Address one(String name) {
    return new Address(part("name", name) + ROUND_ROBIN);
  }

  /** All applications on this host: {@code @host}. */
  public static Address allOnHost(String host) {
    return new Address("@" + part("host", host));
  }

  /** All applications with this name on this host: {@code name@host}. */
  public static Address allOnHost(String name, String host) {
    return new Address(part("name", name) + "@" + part("host", host));
  }

  /** One of the applications with this name on this host: {@code name@host/rr}. */
  public static Address oneOnHost(String name, String host) {
    return new Address(part("name", name) + "@" + part("host", host) + ROUND_ROBIN);
  }

  /** The one application with this process id on this host: {@code pid@host}. */
  public static Address instance(String pid, String host) {
    return new Address(part("pid", pid) + "@" + part("host", host));
  }

  /** All applications with this name in this group: {@code name#group}. */
  public static Address allInGroup(String name, String group) {
    return new Address(part("name", name) + "#" + part("group", group));
  }

  /** One of the applications with this name in this group: {@code name#group/rr}. */
  public static Address oneInGroup(String name, String group) {
    return new Address(part("name", name) + "#" + part("group", group) + ROUND_ROBIN);
  }

  /** Where to send. */
  public Destination destination() {
    return EXCHANGE.withKey(routingKey);
  }

  private static String part(String what, String value) {
    requireNonNull(value, what);
    if (value.isEmpty() || value.contains("@") || value.contains("#") || value.contains("/")) {
      throw new IllegalArgumentException(
          what
              + ": '"
              + value
              + "' (expected: not empty, and none of '@', '#' and '/', which routing keys are made of)");
    }
    return value;
  }
}
