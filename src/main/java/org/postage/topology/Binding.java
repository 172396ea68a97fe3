package org.postage.topology;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A queue joined to an exchange by a key. Immutable and thread-safe.
 *
 * @param exchange where messages come from; the default exchange needs no binding and gets none
 * @param queue where they wait
 * @param routingKey at most 255 bytes
 * @param arguments what a headers exchange compares: {@code x-match} and headers
 */
public record Binding(
    Exchange exchange, Queue queue, String routingKey, Map<String, Object> arguments) {
  /** Refuses nulls and a key that is too long; copies the arguments. */
  public Binding {
    requireNonNull(exchange, "exchange");
    requireNonNull(queue, "queue");
    Names.check("routing key", routingKey);
    arguments = Map.copyOf(arguments);
    if (queue.name().isEmpty()) {
      throw new IllegalArgumentException(
          "queue name: '' (expected: a name, since this queue is declared again after a lost connection)");
    }
  }

  /** The same binding with one more argument, for a headers exchange. */
  public Binding withArgument(String argument, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(arguments);
    more.put(Names.check("binding argument", argument), value);
    return new Binding(exchange, queue, routingKey, more);
  }
}
