package org.postage.embedded.model;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.DeadLetters.Death;
import org.postage.embedded.model.DeadLetters.Reason;

/** One world of exchanges and queues; nothing in it sees another. Guarded by the broker's lock. */
public final class VirtualHost {
  private final String name;
  private final Timetable timetable;
  private final Queues queues = new Queues(this);
  private final Exchanges exchanges;
  private final DirectReplies directReplies = new DirectReplies();

  VirtualHost(String name, Timetable timetable) {
    this.name = name;
    this.timetable = timetable;
    this.exchanges = new Exchanges(name, queues);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its exchanges. */
  public Exchanges exchanges() {
    return exchanges;
  }

  /** Its queues. */
  public Queues queues() {
    return queues;
  }

  /** The consumers of {@code amq.rabbitmq.reply-to}. */
  public DirectReplies directReplies() {
    return directReplies;
  }

  Timetable timetable() {
    return timetable;
  }

  String where(String what, String itsName) {
    return what + " '" + itsName + "' in vhost '" + name + "'";
  }

  /** Refuses an exchange that nobody may publish to. */
  void requirePublishable(String exchange) {
    if (!exchange.equals(Exchanges.DEFAULT) && exchanges.get(exchange).internal()) {
      throw Refusal.access("cannot publish to internal " + where("exchange", exchange));
    }
  }

  /** Routes a message, and puts it into the queues that it reaches. */
  public Outcome publish(Message message) {
    if (message.exchange().equals(Exchanges.DEFAULT)) {
      // Not a queue: RabbitMQ returns a mandatory reply, though it has delivered it.
      directReplies.deliver(message);
    }
    return put(message, reached(message));
  }

  private Set<Queue> reached(Message message) {
    if (message.exchange().equals(Exchanges.DEFAULT)) {
      return queues.named(message.routingKeys());
    }
    Exchange exchange = exchanges.find(message.exchange());
    return exchange == null ? Set.of() : exchanges.route(exchange, message);
  }

  private static Outcome put(Message message, Set<Queue> reached) {
    boolean accepted = true;
    for (Queue queue : reached) {
      accepted &= queue.publish(message);
    }
    if (reached.isEmpty()) {
      return Outcome.UNROUTED;
    }
    return accepted ? Outcome.ROUTED : Outcome.REFUSED;
  }

  /** Sends on what a queue gave up, if it says where to. */
  void bury(Queue queue, Message message, Reason reason) {
    @Nullable String target = queue.arguments().deadLetterExchange();
    if (target == null) {
      return;
    }
    String key = queue.arguments().deadLetterRoutingKey();
    Death death = new Death(queue.name(), reason, timetable.now());
    Message buried = DeadLetters.buried(message, death, target, key);
    Set<Queue> reached = reached(buried);
    if (reason != Reason.REJECTED) {
      reached.removeIf(next -> DeadLetters.circles(buried, next.name()));
    }
    put(buried, reached);
  }

  /** A connection has gone, and its exclusive queues go with it. */
  public void left(Client client) {
    queues.deleteOwnedBy(client);
  }

  /** Forgets what does not outlive a restart. */
  void restart() {
    queues.restart();
    exchanges.restart();
  }

  /** What became of a published message. */
  public enum Outcome {
    /** Every queue that it reached has it. */
    ROUTED,
    /** It reached no queue. */
    UNROUTED,
    /** A queue was full, and says so to publishers. */
    REFUSED
  }
}
