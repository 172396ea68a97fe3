package org.postage.embedded.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The queues of a virtual host. */
public final class Queues {
  private static final String RESERVED = "amq.";

  private final VirtualHost vhost;
  private final Map<String, Queue> queues = new TreeMap<>();

  Queues(VirtualHost vhost) {
    this.vhost = vhost;
  }

  /** All of them, by name. */
  public List<Queue> all() {
    return new ArrayList<>(queues.values());
  }

  /** The queue of that name, whoever asks; null if there is none. */
  public @Nullable Queue find(String name) {
    return queues.get(name);
  }

  Set<Queue> named(List<String> names) {
    Set<Queue> found = new LinkedHashSet<>();
    for (String name : names) {
      Queue queue = queues.get(name);
      if (queue != null) {
        found.add(queue);
      }
    }
    return found;
  }

  /** The queue of that name; refuses one that is not there or belongs to another connection. */
  public Queue get(String name, Client client) {
    Queue queue = queues.get(name);
    if (queue == null) {
      throw Refusal.notFound("queue", name, vhost.name());
    }
    Client owner = queue.declaration().owner();
    if (owner != null && !owner.equals(client)) {
      throw locked(name);
    }
    return queue;
  }

  /** Declares a queue, or makes sure that the one that is there is what was asked for. */
  public Queue declare(
      String name, Queue.Declaration asked, Map<String, Object> table, Client client) {
    // Even one that is there: what the broker has named is not declared again.
    if (name.startsWith(RESERVED)) {
      throw Refusal.access("queue name '" + name + "' contains reserved prefix 'amq.*'");
    }
    QueueArguments arguments = new QueueArguments(table, name, vhost.name());
    if (queues.containsKey(name)) {
      Queue existing = get(name, client);
      requireSame(existing, asked, table);
      existing.declaredAgain();
      return existing;
    }
    if (arguments.quorum()) {
      requireQuorumCanBe(name, asked);
    }
    String given = name.isEmpty() ? Names.starting("amq.gen-") : name;
    Queue queue = new Queue(given, asked, arguments, vhost);
    queues.put(given, queue);
    return queue;
  }

  private void requireSame(Queue existing, Queue.Declaration asked, Map<String, Object> table) {
    String where = vhost.where("queue", existing.name());
    Queue.Declaration has = existing.declaration();
    Arguments.requireSame("durable", asked.durable(), has.durable(), where);
    Arguments.requireSame("auto_delete", asked.autoDelete(), has.autoDelete(), where);
    if ((asked.owner() == null) != (has.owner() == null)) {
      throw locked(existing.name());
    }
    Arguments.requireSame(QueueArguments.COMPARED, table, existing.argumentTable(), where);
  }

  private void requireQuorumCanBe(String name, Queue.Declaration asked) {
    if (name.isEmpty()) {
      throw Refusal.precondition(
          "Cannot declare a server-named queue for type rabbit_quorum_queue");
    }
    String property =
        !asked.durable()
            ? "non-durable"
            : asked.autoDelete() ? "auto-delete" : asked.owner() != null ? "exclusive-owner" : "";
    if (!property.isEmpty()) {
      throw Refusal.precondition(
          "invalid property '" + property + "' for " + vhost.where("queue", name));
    }
  }

  /** Deletes a queue; returns how many messages went with it, 0 if it was not there. */
  public int delete(String name, boolean ifUnused, boolean ifEmpty, Client client) {
    if (!queues.containsKey(name)) {
      return 0;
    }
    Queue queue = get(name, client);
    if (ifUnused && queue.consumerCount() > 0) {
      throw Refusal.precondition(vhost.where("queue", name) + " in use");
    }
    if (ifEmpty && queue.messageCount() > 0) {
      throw Refusal.precondition(vhost.where("queue", name) + " not empty");
    }
    int count = queue.messageCount();
    delete(queue);
    return count;
  }

  void delete(Queue queue) {
    if (queues.remove(queue.name(), queue)) {
      vhost.exchanges().unbindAllTo(queue);
      queue.end();
    }
  }

  /** Deletes the queues that a connection had for itself. */
  void deleteOwnedBy(Client client) {
    all().stream()
        .filter(queue -> client.equals(queue.declaration().owner()))
        .forEach(this::delete);
  }

  /** Forgets what does not outlive a restart. */
  void restart() {
    all().stream().filter(queue -> !queue.durable()).forEach(this::delete);
    queues.values().forEach(Queue::restart);
  }

  private Refusal locked(String name) {
    return new Refusal(
        ReplyCode.RESOURCE_LOCKED,
        "cannot obtain exclusive access to locked "
            + vhost.where("queue", name)
            + ". It could be originally declared on another connection or the exclusive property value"
            + " does not match that of the original declaration.");
  }
}
