package org.postage;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.amqp.BrokerUri;
import org.postage.amqp.ConnectionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code POSTAGE_*} variables say. Immutable. */
final class Environment {
  private static final Logger LOG = LoggerFactory.getLogger(Environment.class);

  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  /**
   * {@code POSTAGE_URI}, and over it the variables for single values; a bare RabbitMQ's defaults
   * under both.
   */
  ConnectionSettings.Builder connection() {
    String uri = get("POSTAGE_URI");
    ConnectionSettings.Builder settings =
        uri == null ? ConnectionSettings.builder() : BrokerUri.parse(uri);
    String host = get("POSTAGE_HOST");
    if (host != null) {
      String[] addresses = host.split(",", -1);
      settings.addresses(addresses[0], Arrays.copyOfRange(addresses, 1, addresses.length));
    }
    String port = get("POSTAGE_PORT");
    if (port != null) {
      settings.port(number(port));
    }
    String user = getOrDeprecated("POSTAGE_USER", "POSTAGE_RMQ_USER");
    if (user != null) {
      settings.user(user);
    }
    String password = getOrDeprecated("POSTAGE_PASSWORD", "POSTAGE_RMQ_PASSWORD");
    String file = get("POSTAGE_PASSWORD_FILE");
    if (password != null && file != null) {
      throw new IllegalArgumentException(
          "POSTAGE_PASSWORD and POSTAGE_PASSWORD_FILE: both set (expected: one of them)");
    }
    if (password != null) {
      settings.password(password);
    }
    if (file != null) {
      settings.password(new PasswordFile("POSTAGE_PASSWORD_FILE", file));
    }
    String vhost = get("POSTAGE_VHOST");
    if (vhost != null) {
      settings.vhost(vhost);
    }
    return settings;
  }

  boolean isDebugMode() {
    return "true".equalsIgnoreCase(get("POSTAGE_DEBUG_MODE"));
  }

  private static int number(String port) {
    try {
      return Integer.parseInt(port);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("POSTAGE_PORT: '" + port + "' (expected: 1 to 65535)", e);
    }
  }

  private @Nullable String getOrDeprecated(String name, String deprecated) {
    String value = get(name);
    String old = get(deprecated);
    if (value == null && old != null) {
      LOG.warn("{} is deprecated (expected: {})", deprecated, name);
      return old;
    }
    return value;
  }

  /** An empty variable is an absent one: it is how some tools unset them. */
  private @Nullable String get(String name) {
    String value = variables.get(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
