package org.postage.embedded.model;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has in a virtual host: its consumers, and the deliveries that it has not settled.
 * Guarded by the broker's lock.
 */
public final class Channel {
  private final VirtualHost vhost;
  private final Client client;
  private final Receiver receiver;

  private final Map<String, Consumer> consumers = new LinkedHashMap<>();
  private final NavigableMap<Long, Delivery> unsettled = new TreeMap<>();
  private long lastTag;
  private int heldByConsumers;

  // 0 means without limit, in both.
  private int globalPrefetch;
  private int consumerPrefetch;

  private @Nullable ReplyConsumer replyConsumer;

  /**
   * Opens a channel of this client in this virtual host; what is delivered on it goes to the
   * receiver.
   */
  public Channel(VirtualHost vhost, Client client, Receiver receiver) {
    this.vhost = vhost;
    this.client = client;
    this.receiver = receiver;
  }

  /** For all consumers together, or for each one that comes from now on. */
  public void prefetch(int count, boolean global) {
    if (global) {
      globalPrefetch = count;
      deliverAll();
    } else {
      consumerPrefetch = count;
    }
  }

  /** Publishes after the checks that concern the publisher. */
  public VirtualHost.Outcome publish(
      String exchange, String routingKey, BasicProperties properties, byte[] body) {
    vhost.requirePublishable(exchange);
    String userId = properties.getUserId();
    if (userId != null && !userId.equals(client.user())) {
      throw Refusal.precondition(
          "user_id property set to '"
              + userId
              + "' but authenticated user was '"
              + client.user()
              + "'");
    }
    long unused = Expiration.millis(properties.getExpiration());
    return vhost.publish(
        Message.published(exchange, routingKey, withReplyAddress(properties), body));
  }

  private BasicProperties withReplyAddress(BasicProperties properties) {
    if (!DirectReplies.PSEUDO_QUEUE.equals(properties.getReplyTo())) {
      return properties;
    }
    if (replyConsumer == null) {
      throw Refusal.precondition("fast reply consumer does not exist");
    }
    return properties.builder().replyTo(replyConsumer.address()).build();
  }

  /**
   * Starts a consumer. Deliveries begin with {@link #start}, so that the client hears of its
   * consumer first.
   *
   * @param askedTag empty to have one made up
   * @return the consumer's tag
   */
  public String consume(String queue, String askedTag, Consumer.Terms terms) {
    String tag = askedTag.isEmpty() ? Names.starting("amq.ctag-") : askedTag;
    if (consumers.containsKey(tag) || (replyConsumer != null && replyConsumer.tag().equals(tag))) {
      throw new Refusal(ReplyCode.NOT_ALLOWED, "attempt to reuse consumer tag '" + tag + "'");
    }
    if (queue.equals(DirectReplies.PSEUDO_QUEUE)) {
      consumeReplies(tag, terms);
      return tag;
    }
    Queue from = vhost.queues().get(queue, client);
    Object priority = terms.arguments().get("x-priority");
    if (priority != null && !Arguments.isInteger(priority)) {
      throw Refusal.precondition(
          "invalid arg 'x-priority' for "
              + vhost.where("queue", queue)
              + ": \"expected integer, got "
              + Arguments.typeOf(priority)
              + "\"");
    }
    Consumer consumer = new Consumer(tag, from, this, terms, consumerPrefetch);
    from.add(consumer);
    consumers.put(tag, consumer);
    return tag;
  }

  private void consumeReplies(String tag, Consumer.Terms terms) {
    if (replyConsumer != null) {
      throw Refusal.precondition("reply consumer already set");
    }
    if (!terms.noAck()) {
      throw Refusal.precondition("reply consumer cannot acknowledge");
    }
    replyConsumer = new ReplyConsumer(tag, vhost.directReplies().open(this));
  }

  /** Lets deliveries to a consumer begin. */
  public void start(String tag) {
    Consumer consumer = consumers.get(tag);
    if (consumer != null) {
      consumer.queue().deliver();
    }
  }

  /** Ends a consumer; what it has and has not settled stays with the channel. */
  public void cancel(String tag) {
    Consumer consumer = consumers.remove(tag);
    if (consumer != null) {
      consumer.queue().remove(consumer);
    } else if (replyConsumer != null && replyConsumer.tag().equals(tag)) {
      vhost.directReplies().close(replyConsumer.address());
      replyConsumer = null;
    }
  }

  /** The next message of a queue, for {@code basic.get}. */
  public Optional<Fetched> get(String queueName, boolean noAck) {
    Queue queue = vhost.queues().get(queueName, client);
    QueuedMessage queued = queue.fetch(noAck);
    if (queued == null) {
      return Optional.empty();
    }
    long tag = ++lastTag;
    if (!noAck) {
      unsettled.put(tag, new Delivery(tag, queue, queued, null));
    }
    return Optional.of(
        new Fetched(tag, queued.redelivered(), sent(queue, queued), queue.messageCount()));
  }

  /**
   * Settles one delivery, or with {@code multiple} all up to it; tag 0 then means all there are.
   */
  public void settle(long tag, boolean multiple, Settlement settlement) {
    if (!(tag == 0 && multiple) && !unsettled.containsKey(tag)) {
      throw Refusal.precondition("unknown delivery tag " + tag);
    }
    if (!multiple) {
      settle(List.of(tag), settlement);
    } else {
      settle(
          new ArrayList<>(tag == 0 ? unsettled.keySet() : unsettled.headMap(tag, true).keySet()),
          settlement);
    }
  }

  /** Puts all unsettled deliveries back into their queues. */
  public void recover() {
    settle(new ArrayList<>(unsettled.keySet()), Settlement.REQUEUE);
  }

  private void settle(List<Long> tags, Settlement settlement) {
    List<Delivery> settled = new ArrayList<>();
    for (Long tag : tags) {
      Delivery delivery = unsettled.remove(tag);
      if (delivery != null) {
        settled.add(delivery);
        if (delivery.consumer() != null) {
          delivery.consumer().settled();
          heldByConsumers--;
        }
      }
    }
    // Oldest first, after all were counted as settled: a consumer with room gets them in their old
    // order.
    settled.forEach(delivery -> delivery.queue().settle(delivery.queued(), settlement));
    deliverAll();
  }

  /** Sends what the channel's consumers have come to have room for. */
  public void deliverAll() {
    List.copyOf(consumers.values()).forEach(consumer -> consumer.queue().deliver());
  }

  /** Ends everything of the channel; unsettled deliveries go back to their queues. */
  public void close() {
    List.copyOf(consumers.keySet()).forEach(this::cancel);
    if (replyConsumer != null) {
      cancel(replyConsumer.tag());
    }
    recover();
  }

  void deliver(Consumer consumer, QueuedMessage queued) {
    long tag = ++lastTag;
    if (!consumer.noAck()) {
      unsettled.put(tag, new Delivery(tag, consumer.queue(), queued, consumer));
      consumer.delivered();
      heldByConsumers++;
    }
    receiver.deliver(consumer.tag(), tag, queued.redelivered(), sent(consumer.queue(), queued));
  }

  // A quorum queue tells how often the message came back before.
  private static Message sent(Queue queue, QueuedMessage queued) {
    return queue.arguments().quorum() && queued.returns() > 0
        ? queued.message().withHeader("x-delivery-count", (long) queued.returns())
        : queued.message();
  }

  void deliverReply(Message message) {
    // One that does not read loses its replies: nothing may pile up for it.
    if (replyConsumer != null && receiver.hasRoom()) {
      receiver.deliver(replyConsumer.tag(), ++lastTag, false, message);
    }
  }

  void queueGone(Consumer consumer) {
    if (consumers.remove(consumer.tag(), consumer)) {
      receiver.cancelled(consumer.tag());
    }
  }

  boolean hasRoom() {
    return receiver.hasRoom();
  }

  boolean belowGlobalPrefetch() {
    return globalPrefetch == 0 || heldByConsumers < globalPrefetch;
  }

  /**
   * What {@code basic.get} found.
   *
   * @param tag delivery tag
   * @param redelivered it was delivered before
   * @param message the message
   * @param left how many are still in the queue
   */
  public record Fetched(long tag, boolean redelivered, Message message, int left) {}

  private record ReplyConsumer(String tag, String address) {}
}
