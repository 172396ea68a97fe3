package org.postage.topology;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an exchange should be. Durable and not auto-delete unless told otherwise, as Python Postage
 * declares them.
 *
 * <p>Immutable and thread-safe.
 *
 * @param name at most 255 bytes; empty for the default exchange
 * @param type direct, fanout, topic, headers, or a plugin's
 * @param isDurable whether it survives a restart of the broker
 * @param isAutoDelete whether it goes with its last binding
 * @param declaration what to do where it exists
 * @param arguments the broker's, for example {@code alternate-exchange}
 */
public record Exchange(
    String name,
    String type,
    boolean isDurable,
    boolean isAutoDelete,
    Declaration declaration,
    Map<String, Object> arguments) {
  /** The default exchange: a routing key is the name of a queue. */
  public static final Exchange DEFAULT =
      new Exchange("", "direct", true, false, Declaration.PASSIVE, Map.of());

  /** Refuses a name that is too long; copies the arguments. */
  public Exchange {
    Names.check("exchange name", name);
    Names.check("exchange type", type);
    requireNonNull(declaration, "declaration");
    arguments = Map.copyOf(arguments);
  }

  /** A durable exchange of any type. */
  public static Exchange of(String name, String type) {
    return new Exchange(name, type, true, false, Declaration.ADOPT, Map.of());
  }

  /** A durable exchange that compares routing keys for equality: Postage's default. */
  public static Exchange direct(String name) {
    return of(name, "direct");
  }

  /** A durable exchange that copies to every bound queue, whatever the key. */
  public static Exchange fanout(String name) {
    return of(name, "fanout");
  }

  /**
   * A durable exchange that matches keys word by word, with {@code *} and {@code #} in bindings.
   */
  public static Exchange topic(String name) {
    return of(name, "topic");
  }

  /** A durable exchange that matches headers. */
  public static Exchange headers(String name) {
    return of(name, "headers");
  }

  /** The same exchange, gone after a restart of the broker. */
  public Exchange notDurable() {
    return new Exchange(name, type, false, isAutoDelete, declaration, arguments);
  }

  /** The same exchange, gone with its last binding. */
  public Exchange autoDelete() {
    return new Exchange(name, type, isDurable, true, declaration, arguments);
  }

  /** The same exchange, never declared: it has to exist. */
  public Exchange passive() {
    return new Exchange(name, type, isDurable, isAutoDelete, Declaration.PASSIVE, arguments);
  }

  /** The same exchange; where it exists with other flags, that is an error. */
  public Exchange strict() {
    return new Exchange(name, type, isDurable, isAutoDelete, Declaration.STRICT, arguments);
  }

  /** The same exchange with one more argument, for example {@code alternate-exchange}. */
  public Exchange withArgument(String argument, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(arguments);
    more.put(Names.check("exchange argument", argument), value);
    return new Exchange(name, type, isDurable, isAutoDelete, declaration, more);
  }

  /** Where to send: this exchange with a routing key. Python Postage's EK. */
  public Destination withKey(String routingKey) {
    return new Destination(this, routingKey);
  }

  /** What to consume: a queue as Python Postage declares it, bound to this exchange. */
  public Binding to(String queue, String routingKey) {
    return to(Queue.named(queue), routingKey);
  }

  /** What to consume: a queue bound to this exchange. */
  public Binding to(Queue queue, String routingKey) {
    return new Binding(this, queue, routingKey, Map.of());
  }

  /** Whether this is the broker's own exchange without a name. */
  public boolean isDefault() {
    return name.isEmpty();
  }
}
