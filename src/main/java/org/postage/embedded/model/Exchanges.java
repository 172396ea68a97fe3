package org.postage.embedded.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The exchanges of a virtual host and the bindings between them and its queues. */
public final class Exchanges {
  /** The nameless exchange, to which every queue is bound by its name. */
  static final String DEFAULT = "";

  private static final String RESERVED = "amq.";

  private final String vhost;
  private final Queues queues;
  private final Map<String, Exchange> exchanges = new TreeMap<>();

  Exchanges(String vhost, Queues queues) {
    this.vhost = vhost;
    this.queues = queues;
    predeclare("amq.direct", ExchangeType.DIRECT, false);
    predeclare("amq.fanout", ExchangeType.FANOUT, false);
    predeclare("amq.topic", ExchangeType.TOPIC, false);
    predeclare("amq.headers", ExchangeType.HEADERS, false);
    predeclare("amq.match", ExchangeType.HEADERS, false);
    predeclare("amq.rabbitmq.trace", ExchangeType.TOPIC, true);
  }

  private void predeclare(String name, ExchangeType type, boolean internal) {
    exchanges.put(
        name, new Exchange(name, type, new Exchange.Declaration(true, false, internal, Map.of())));
  }

  /** All of them but the default one, by name. */
  public List<Exchange> all() {
    return new ArrayList<>(exchanges.values());
  }

  /** The exchange of that name; null if there is none, or it is the default one. */
  public @Nullable Exchange find(String name) {
    return exchanges.get(name);
  }

  /** The exchange of that name; refuses the default one and one that is not there. */
  public Exchange get(String name) {
    refuseDefault(name);
    return present(name);
  }

  private Exchange present(String name) {
    Exchange exchange = exchanges.get(name);
    if (exchange == null) {
      throw Refusal.notFound("exchange", name, vhost);
    }
    return exchange;
  }

  /** Declares an exchange, or makes sure that the one that is there is what was asked for. */
  public void declare(String name, String type, Exchange.Declaration asked) {
    refuseDefault(name);
    ExchangeType known =
        ExchangeType.named(type)
            .orElseThrow(
                () ->
                    new Refusal(ReplyCode.COMMAND_INVALID, "invalid exchange type '" + type + "'"));
    Object alternate = asked.arguments().get("alternate-exchange");
    if (alternate != null && !Arguments.isText(alternate)) {
      throw Refusal.precondition(
          "invalid type '"
              + Arguments.typeOf(alternate)
              + "' for arg 'alternate-exchange' in "
              + where(name));
    }
    Exchange existing = exchanges.get(name);
    if (existing != null) {
      existing.requireSame(type, asked, vhost);
    } else if (name.startsWith(RESERVED)) {
      throw Refusal.access("exchange name '" + name + "' contains reserved prefix 'amq.*'");
    } else {
      exchanges.put(name, new Exchange(name, known, asked));
    }
  }

  /** Deletes an exchange and its bindings; one that is not there is as good as deleted. */
  public void delete(String name, boolean ifUnused) {
    refuseDefault(name);
    if (name.startsWith(RESERVED)) {
      throw Refusal.access("deletion of system " + where(name) + " not allowed");
    }
    Exchange exchange = exchanges.get(name);
    if (exchange != null) {
      if (ifUnused && exchange.inUse()) {
        throw Refusal.precondition(where(name) + " in use");
      }
      remove(exchange);
    }
  }

  private void remove(Exchange exchange) {
    exchanges.remove(exchange.name());
    unbindAllTo(exchange);
  }

  /** Binds to a queue or an exchange; again if it is already bound does nothing. */
  public void bind(String source, Destination destination, String key, Map<String, Object> args) {
    refuseDefault(source);
    present(source).bind(new Binding(source, destination, key, args));
  }

  /** Removes a binding; one that is not there is as good as removed. */
  public void unbind(
      String source, @Nullable Destination destination, String key, Map<String, Object> args) {
    refuseDefault(source);
    Exchange exchange = exchanges.get(source);
    if (exchange != null && destination != null) {
      Binding gone = new Binding(source, destination, key, args);
      unbind(exchange, gone::equals);
    }
  }

  void unbindAllTo(Destination destination) {
    for (Exchange exchange : all()) {
      unbind(exchange, binding -> binding.destination() == destination);
    }
  }

  private void unbind(Exchange exchange, Predicate<Binding> which) {
    if (exchange.unbind(which) && exchange.autoDelete() && !exchange.inUse()) {
      remove(exchange);
    }
  }

  /**
   * The queues that a message reaches from {@code start}, each once however many ways lead there.
   */
  Set<Queue> route(Exchange start, Message message) {
    Set<Queue> reached = new LinkedHashSet<>();
    Set<Exchange> seen = new HashSet<>(Set.of(start));
    Deque<Exchange> next = new ArrayDeque<>(seen);
    while (!next.isEmpty()) {
      for (Destination destination : from(next.remove(), message)) {
        if (destination instanceof Queue queue) {
          reached.add(queue);
        } else if (destination instanceof Exchange exchange && seen.add(exchange)) {
          next.add(exchange);
        }
      }
    }
    return reached;
  }

  private List<Destination> from(Exchange exchange, Message message) {
    List<Destination> found = new ArrayList<>();
    for (String key : message.routingKeys()) {
      found.addAll(exchange.matches(key, message));
    }
    String alternate = exchange.alternate();
    if (!found.isEmpty() || alternate == null) {
      return found;
    }
    if (alternate.equals(DEFAULT)) {
      return List.copyOf(queues.named(message.routingKeys()));
    }
    Exchange other = exchanges.get(alternate);
    return other == null ? List.of() : List.of(other);
  }

  /** Forgets what does not outlive a restart; durable bindings join what is durable. */
  void restart() {
    exchanges.values().removeIf(exchange -> !exchange.durable());
    for (Exchange exchange : all()) {
      unbind(exchange, binding -> !binding.destination().durable());
    }
  }

  private static void refuseDefault(String name) {
    if (name.equals(DEFAULT)) {
      throw Refusal.access("operation not permitted on the default exchange");
    }
  }

  private String where(String name) {
    return "exchange '" + name + "' in vhost '" + vhost + "'";
  }
}
