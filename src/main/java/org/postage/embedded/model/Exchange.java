package org.postage.embedded.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A named way from a routing key or headers to queues and other exchanges. Guarded by the broker's
 * lock.
 */
public final class Exchange implements Destination {
  private final String name;
  private final ExchangeType type;
  private final Declaration declaration;
  private final Map<Binding, ExchangeType.Test> bindings = new LinkedHashMap<>();

  // The direct type's bindings once more, so that its cost does not grow with the number of keys.
  private final Map<String, List<Binding>> byKey = new HashMap<>();

  Exchange(String name, ExchangeType type, Declaration declaration) {
    this.name = name;
    this.type = type;
    this.declaration = declaration;
  }

  @Override
  public String name() {
    return name;
  }

  /** How it routes. */
  public ExchangeType type() {
    return type;
  }

  @Override
  public boolean durable() {
    return declaration.durable();
  }

  boolean autoDelete() {
    return declaration.autoDelete();
  }

  boolean internal() {
    return declaration.internal();
  }

  /** Where messages go that no binding takes. */
  @Nullable String alternate() {
    Object alternate = declaration.arguments().get("alternate-exchange");
    return alternate == null ? null : alternate.toString();
  }

  /** The bindings from this exchange, oldest first. */
  public List<Binding> bindings() {
    return new ArrayList<>(bindings.keySet());
  }

  boolean inUse() {
    return !bindings.isEmpty();
  }

  void bind(Binding binding) {
    if (!bindings.containsKey(binding)) {
      bindings.put(binding, type.test(binding.key(), binding.arguments()));
      byKey.computeIfAbsent(binding.key(), key -> new ArrayList<>()).add(binding);
    }
  }

  /** Removes what {@code which} says; true if there was any. */
  boolean unbind(Predicate<Binding> which) {
    boolean any = bindings.keySet().removeIf(which);
    if (any) {
      byKey.values().forEach(list -> list.removeIf(which));
      byKey.values().removeIf(List::isEmpty);
    }
    return any;
  }

  /** What the bindings give for one key of a message, not yet followed any further. */
  List<Destination> matches(String routingKey, Message message) {
    if (type == ExchangeType.DIRECT) {
      return byKey.getOrDefault(routingKey, List.of()).stream().map(Binding::destination).toList();
    }
    List<Destination> found = new ArrayList<>();
    bindings.forEach(
        (binding, test) -> {
          if (test.takes(routingKey, message.headers())) {
            found.add(binding.destination());
          }
        });
    return found;
  }

  /** Refuses a declaration that is not this exchange's. */
  void requireSame(String askedType, Declaration asked, String vhost) {
    String where = "exchange '" + name + "' in vhost '" + vhost + "'";
    Arguments.requireSame("type", askedType, type.toString(), where);
    Arguments.requireSame("durable", asked.durable(), declaration.durable(), where);
    Arguments.requireSame("auto_delete", asked.autoDelete(), declaration.autoDelete(), where);
    Arguments.requireSame("internal", asked.internal(), declaration.internal(), where);
    Arguments.requireSame(
        List.of("alternate-exchange"), asked.arguments(), declaration.arguments(), where);
  }

  /**
   * What {@code exchange.declare} says beside name and type.
   *
   * @param durable it outlives a restart
   * @param autoDelete it goes when its last binding goes
   * @param internal only other exchanges reach it
   * @param arguments such as {@code alternate-exchange}
   */
  public record Declaration(
      boolean durable, boolean autoDelete, boolean internal, Map<String, Object> arguments) {}
}
