package org.postage.topology;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a queue should be. {@code Queue.named("x")} is what Python Postage declares: neither durable
 * nor exclusive nor auto-delete, no arguments.
 *
 * <p>Immutable and thread-safe.
 *
 * @param name at most 255 bytes; empty lets the broker choose one
 * @param isDurable whether it survives a restart of the broker
 * @param isExclusive whether only one connection may use it, and it goes with that
 * @param isAutoDelete whether it goes with its last consumer
 * @param declaration what to do where it exists
 * @param arguments the broker's {@code x-} arguments: texts, booleans, whole and floating-point
 *     numbers of up to 64 bits, and lists and maps of them
 */
public record Queue(
    String name,
    boolean isDurable,
    boolean isExclusive,
    boolean isAutoDelete,
    Declaration declaration,
    Map<String, Object> arguments) {

  /** Refuses a name that is too long, and arguments that AMQP can't carry; copies the arguments. */
  public Queue {
    Names.check("queue name", name);
    requireNonNull(declaration, "declaration");
    arguments = Map.copyOf(arguments);
    arguments.forEach((argument, value) -> Names.check("queue argument", argument, value));
  }

  /** A shared queue that lives as long as the broker does: Python Postage's default. */
  public static Queue named(String name) {
    return new Queue(name, false, false, false, Declaration.ADOPT, Map.of());
  }

  /** The same queue, kept when the broker restarts. */
  public Queue durable() {
    return new Queue(name, true, isExclusive, isAutoDelete, declaration, arguments);
  }

  /** The same queue, replicated in a cluster; durable too. */
  public Queue quorum() {
    return durable().withArgument("x-queue-type", "quorum");
  }

  /** The same queue for one connection only; it goes with the connection. */
  public Queue exclusive() {
    return new Queue(name, isDurable, true, isAutoDelete, declaration, arguments);
  }

  /** The same queue, gone with its last consumer. */
  public Queue autoDelete() {
    return new Queue(name, isDurable, isExclusive, true, declaration, arguments);
  }

  /**
   * The same queue, gone when it was not used for this long.
   *
   * @param unused at least a millisecond
   */
  public Queue expires(Duration unused) {
    if (unused.toMillis() < 1) {
      throw new IllegalArgumentException("expires: " + unused + " (expected: at least PT0.001S)");
    }
    return withArgument("x-expires", unused.toMillis());
  }

  /** The same queue, never declared: it has to exist. */
  public Queue passive() {
    return new Queue(name, isDurable, isExclusive, isAutoDelete, Declaration.PASSIVE, arguments);
  }

  /** The same queue; where it exists with other flags, that is an error. */
  public Queue strict() {
    return new Queue(name, isDurable, isExclusive, isAutoDelete, Declaration.STRICT, arguments);
  }

  /** The same queue with one more argument, for example {@code x-max-length}. */
  public Queue withArgument(String argument, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(arguments);
    more.put(argument, requireNonNull(value, argument));
    return new Queue(name, isDurable, isExclusive, isAutoDelete, declaration, more);
  }
}
