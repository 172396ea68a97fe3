package org.postage.embedded.wire;

import java.util.Map;

/** What the broker says of itself, and what either side says that it can. */
final class ServerProperties {
  // The version is that of the RabbitMQ whose behaviour this is: clients decide by it.
  static final Map<String, Object> TABLE =
      Map.of(
          "product", "Postage embedded broker",
          "version", "3.10.8",
          "platform", "Java",
          "information", "For tests and demos; behaves as RabbitMQ does",
          "cluster_name", "embedded",
          "capabilities",
              Map.of(
                  "publisher_confirms", true,
                  "exchange_exchange_bindings", true,
                  "basic.nack", true,
                  "consumer_cancel_notify", true,
                  "connection.blocked", true,
                  "consumer_priorities", true,
                  "authentication_failure_close", true,
                  "per_consumer_qos", true,
                  "direct_reply_to", true));

  private ServerProperties() {}

  /** True if a client with these properties announced that it understands {@code capability}. */
  static boolean capable(Map<String, Object> clientProperties, String capability) {
    return clientProperties.get("capabilities") instanceof Map<?, ?> capabilities
        && Boolean.TRUE.equals(capabilities.get(capability));
  }
}
