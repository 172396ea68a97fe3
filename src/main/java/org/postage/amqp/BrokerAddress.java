package org.postage.amqp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postage.message.SafeText;

/**
 * A host and a port where a broker may listen. Immutable.
 *
 * @param host name or address; IPv6 without brackets
 * @param port 1 to 65535, or {@link #NO_PORT}
 */
record BrokerAddress(String host, int port) {
  /** Whoever gave the address named no port. */
  static final int NO_PORT = 0;

  private static final int MAX_PORT = 65_535;

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(?<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)|\\[(?<ip6>[0-9A-Fa-f:.]+)])"
              + "(?::(?<port>[0-9]{1,5}))?");

  private static final Pattern BARE_IP6 =
      Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?");

  /**
   * Reads {@code host}, {@code host:port} or {@code [ip6]:port}; empty if it is none of them.
   *
   * @throws IllegalArgumentException if only the port is wrong
   */
  static Optional<BrokerAddress> strictly(String text) {
    Matcher parts = SYNTAX.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String host = parts.group("name") != null ? parts.group("name") : parts.group("ip6");
    String port = parts.group("port");
    return Optional.of(
        new BrokerAddress(host, port == null ? NO_PORT : checkedPort(Integer.parseInt(port))));
  }

  /**
   * Reads an address, also one of IPv6 without brackets and without a port.
   *
   * @throws IllegalArgumentException if it is none; what may be a password is not shown
   */
  static BrokerAddress parse(String text) {
    String trimmed = text.strip();
    if (BARE_IP6.matcher(trimmed).matches()) {
      return new BrokerAddress(trimmed, NO_PORT);
    }
    return strictly(trimmed)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "address: '" + shown(text) + "' (expected: host, host:port or [ip6]:port)"));
  }

  static int checkedPort(int port) {
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
    return port;
  }

  /** The same with this port, where it has none. */
  BrokerAddress withDefaultPort(int value) {
    return port == NO_PORT ? new BrokerAddress(host, value) : this;
  }

  @Override
  public String toString() {
    String shownHost = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == NO_PORT ? shownHost : shownHost + ":" + port;
  }

  // Somebody may have put a user and a password before it, as in a URI.
  private static String shown(String text) {
    int at = text.lastIndexOf('@');
    return SafeText.of(at < 0 ? text : "***" + text.substring(at));
  }
}
