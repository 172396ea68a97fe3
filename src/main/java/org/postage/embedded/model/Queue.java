package org.postage.embedded.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.DeadLetters.Reason;

/** Messages waiting, and the consumers they go to. Guarded by the broker's lock. */
public final class Queue implements Destination {
  private final String name;
  private final Declaration declaration;
  private final QueueArguments arguments;
  private final VirtualHost vhost;
  private final Consumers consumers;
  private final QueueTimers timers;

  private final TreeSet<QueuedMessage> ready = new TreeSet<>(QueuedMessage.ORDER);
  private long readyBytes;
  private long nextPosition;
  private int unacked;
  private boolean paused;

  // A deleted queue is still known to channels with deliveries from it; it takes nothing back.
  private boolean deleted;

  Queue(String name, Declaration declaration, QueueArguments arguments, VirtualHost vhost) {
    this.name = name;
    this.declaration = declaration;
    this.arguments = arguments;
    this.vhost = vhost;
    this.consumers = new Consumers(arguments.singleActiveConsumer());
    this.timers = new QueueTimers(this, vhost.timetable());
    timers.used();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean durable() {
    return declaration.durable();
  }

  /** What it was declared with. */
  public Declaration declaration() {
    return declaration;
  }

  QueueArguments arguments() {
    return arguments;
  }

  /** What it was declared with. */
  public Map<String, Object> argumentTable() {
    return arguments.table();
  }

  /** How many messages wait. */
  public int messageCount() {
    return ready.size();
  }

  /** How many consumers have and have not settled. */
  public int unackedCount() {
    return unacked;
  }

  /** How many consume from it. */
  public int consumerCount() {
    return consumers.count();
  }

  /** True while a test keeps its messages from its consumers. */
  public boolean paused() {
    return paused;
  }

  /** The messages that wait, next one first. */
  public List<QueuedMessage> messages() {
    dropExpired();
    return new ArrayList<>(ready);
  }

  /** Stops, or starts again, giving messages to consumers. */
  public void pause(boolean pause) {
    paused = pause;
    deliver();
  }

  /**
   * Puts a message in and gives on what can be given on; false if the queue is full and says so.
   */
  boolean publish(Message message) {
    if (arguments.rejectsPublish()
        && exceeds(ready.size() + 1L, readyBytes + message.body().length)) {
      if (arguments.deadLettersRejectedPublish()) {
        vhost.bury(this, message, Reason.MAXLEN);
      }
      return false;
    }
    long highest = Math.max(0, arguments.maxPriority());
    Integer asked = message.properties().getPriority();
    long priority = asked == null ? 0 : Math.min(highest, asked);
    dropExpired();
    add(new QueuedMessage(message, priority, nextPosition++, expiryOf(message)));
    // Before it can expire: a message without any time to live still reaches a consumer that waits.
    give();
    dropExpired();
    while (exceeds(ready.size(), readyBytes)) {
      vhost.bury(this, takeFirst().message(), Reason.MAXLEN);
    }
    timers.watch(ready);
    return true;
  }

  /** Takes the next message for {@code basic.get}; null if there is none. */
  @Nullable QueuedMessage fetch(boolean noAck) {
    timers.used();
    dropExpired();
    if (ready.isEmpty()) {
      return null;
    }
    if (!noAck) {
      unacked++;
    }
    return takeFirst();
  }

  void settle(QueuedMessage queued, Settlement settlement) {
    unacked--;
    if (deleted) {
      return;
    }
    if (settlement == Settlement.DISCARD) {
      vhost.bury(this, queued.message(), Reason.REJECTED);
    } else if (settlement == Settlement.REQUEUE) {
      requeue(queued);
    }
  }

  private void requeue(QueuedMessage queued) {
    queued.returned();
    long limit = arguments.deliveryLimit();
    if (limit != QueueArguments.NONE && queued.returns() > limit) {
      vhost.bury(this, queued.message(), Reason.DELIVERY_LIMIT);
      return;
    }
    add(queued);
    while (!arguments.rejectsPublish() && exceeds(ready.size(), readyBytes)) {
      vhost.bury(this, takeFirst().message(), Reason.MAXLEN);
    }
    deliver();
  }

  /** Forgets the messages that wait; returns how many they were. */
  public int purge() {
    int count = ready.size();
    ready.clear();
    readyBytes = 0;
    timers.watch(ready);
    return count;
  }

  void add(Consumer consumer) {
    consumers.requireFree(consumer.exclusive(), vhost.where("queue", name));
    consumers.add(consumer);
    timers.used();
  }

  void remove(Consumer consumer) {
    consumers.remove(consumer);
    timers.used();
    if (consumers.count() == 0 && declaration.autoDelete() && !deleted) {
      vhost.queues().delete(this);
    } else {
      deliver();
    }
  }

  void declaredAgain() {
    timers.used();
  }

  /** Gives messages to consumers for as long as both last. */
  void deliver() {
    dropExpired();
    give();
    timers.watch(ready);
  }

  private void give() {
    while (!paused && !ready.isEmpty()) {
      Consumer consumer = consumers.next();
      if (consumer == null) {
        break;
      }
      if (!consumer.noAck()) {
        unacked++;
      }
      consumer.channel().deliver(consumer, takeFirst());
      dropExpired();
    }
  }

  // Only the head expires, as in RabbitMQ: what lives shorter waits behind what lives longer.
  private void dropExpired() {
    while (!ready.isEmpty() && ready.first().expiresAt() <= vhost.timetable().now()) {
      vhost.bury(this, takeFirst().message(), Reason.EXPIRED);
    }
  }

  /** Ends the queue: consumers are told, messages are forgotten. */
  void end() {
    deleted = true;
    timers.stop();
    purge();
    consumers.all().forEach(consumer -> consumer.channel().queueGone(consumer));
  }

  /** Called when nothing has used the queue for as long as it may be unused. */
  void expire() {
    vhost.queues().delete(this);
  }

  /** Forgets what does not outlive a restart. */
  void restart() {
    ready.removeIf(queued -> !queued.message().persistent());
    readyBytes = ready.stream().mapToLong(QueuedMessage::size).sum();
    paused = false;
    timers.used();
  }

  private long expiryOf(Message message) {
    long own = Expiration.millis(message.properties().getExpiration());
    long general = arguments.messageTtl();
    if (own == QueueArguments.NONE && general == QueueArguments.NONE) {
      return QueuedMessage.NEVER;
    }
    long millis =
        own == QueueArguments.NONE || general == QueueArguments.NONE
            ? Math.max(own, general)
            : Math.min(own, general);
    return vhost.timetable().now() + millis;
  }

  private boolean exceeds(long count, long bytes) {
    long maxLength = arguments.maxLength();
    long maxBytes = arguments.maxBytes();
    return (maxLength != QueueArguments.NONE && count > maxLength)
        || (maxBytes != QueueArguments.NONE && bytes > maxBytes);
  }

  private void add(QueuedMessage queued) {
    ready.add(queued);
    readyBytes += queued.size();
  }

  private QueuedMessage takeFirst() {
    QueuedMessage first = ready.first();
    ready.remove(first);
    readyBytes -= first.size();
    return first;
  }

  /**
   * What {@code queue.declare} says beside name and arguments.
   *
   * @param durable it outlives a restart
   * @param owner the only connection that may use it, and with which it goes; null if it is shared
   * @param autoDelete it goes with its last consumer
   */
  public record Declaration(boolean durable, @Nullable Client owner, boolean autoDelete) {}
}
