package org.postage.topology;

import static java.util.Objects.requireNonNull;

/**
 * Where to send: an exchange and a routing key. Python Postage's EK. Immutable and thread-safe.
 *
 * @param exchange where to send to
 * @param routingKey at most 255 bytes
 */
public record Destination(Exchange exchange, String routingKey) {
  /** Refuses nulls and a key that is too long. */
  public Destination {
    requireNonNull(exchange, "exchange");
    Names.check("routing key", routingKey);
  }

  /** Straight to a queue, through the default exchange. */
  public static Destination queue(String name) {
    return new Destination(Exchange.DEFAULT, name);
  }

  @Override
  public String toString() {
    return exchange.isDefault()
        ? "queue '" + routingKey + "'"
        : "exchange '" + exchange.name() + "' with key '" + routingKey + "'";
  }
}
