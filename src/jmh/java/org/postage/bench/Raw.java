package org.postage.bench;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DeliverCallback;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The AMQP client by hand, naively or with all that is known to make it fast. */
final class Raw implements Peer {
  /** What is done about confirms. */
  enum Confirms {
    NONE,
    /** Each is waited for. */
    EACH,
    /** Up to a thousand are outstanding. */
    RING
  }

  /** When a consumer acknowledges. */
  enum Acks {
    EACH,
    /** Every 50, or when nothing came for 2 milliseconds. */
    BATCHED,
    /** Never: the broker forgets a message when it has sent it. */
    NONE
  }

  /** Where answers go. */
  enum Replies {
    /** Direct reply-to, one consumer for all. */
    SHARED,
    /** The same, on the connection's reading thread. */
    INLINE,
    /** A queue for each call at a time, used again and again: as Postage has it. */
    SLOTS,
    /** A queue for every call: Python Postage's way. */
    QUEUE_A_CALL
  }

  private static final AMQP.BasicProperties JSON =
      new AMQP.BasicProperties.Builder().contentType("application/json").build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SLOTS = 64;
  private static final CancelCallback NO_CANCEL = tag -> {};

  private final Broker broker;
  private final Confirms confirms;
  private final Acks acks;
  private final Replies replies;
  private final boolean isCorked;
  private final Deque<Connection> open = new ArrayDeque<>();
  private final Channel channel;
  private final ConfirmRing ring;
  private final Map<String, CompletableFuture<Order>> pending = new ConcurrentHashMap<>();
  private final BlockingQueue<Slot> slots = new LinkedBlockingQueue<>();
  private final AtomicLong ids = new AtomicLong();

  Raw(Broker broker, Confirms confirms, Acks acks, Replies replies, boolean isCorked)
      throws Exception {
    this.broker = broker;
    this.confirms = confirms;
    this.acks = acks;
    this.replies = replies;
    this.isCorked = isCorked;
    channel = connect(replies == Replies.INLINE || replies == Replies.SLOTS).createChannel();
    ring = new ConfirmRing(channel);
    if (confirms != Confirms.NONE) {
      channel.confirmSelect();
    }
    if (confirms == Confirms.RING) {
      channel.addConfirmListener(ring);
    }
  }

  /** Sends and consumes. */
  static Raw messages(Broker broker, Confirms confirms, Acks acks, boolean isCorked)
      throws Exception {
    return new Raw(broker, confirms, acks, Replies.SHARED, isCorked);
  }

  /** Asks and serves. */
  static Raw calls(Broker broker, Confirms confirms, Acks acks, Replies replies) throws Exception {
    return new Raw(broker, confirms, acks, replies, false).withReplies();
  }

  private Connection connect(boolean isInline) throws Exception {
    ConnectionFactory factory = broker.factory();
    if (isInline) {
      factory.setSharedExecutor(new InlineExecutor());
    }
    if (isCorked) {
      factory.setSocketFactory(new CorkedSockets());
    }
    Connection connection = factory.newConnection();
    open.push(connection);
    return connection;
  }

  private Raw withReplies() throws IOException {
    if (replies == Replies.SLOTS) {
      for (int i = 0; i < SLOTS; i++) {
        slots.add(new Slot());
      }
    } else if (replies != Replies.QUEUE_A_CALL) {
      DeliverCallback onReply =
          (tag, reply) -> {
            CompletableFuture<Order> call =
                pending.remove(reply.getProperties().getCorrelationId());
            if (call != null) {
              call.complete(Wire.answer(reply.getBody()));
            }
          };
      channel.basicConsume("amq.rabbitmq.reply-to", true, onReply, NO_CANCEL);
    }
    return this;
  }

  @Override
  public int send(Order order) throws Exception {
    byte[] body = Wire.message(order);
    if (confirms == Confirms.RING) {
      ring.beforeSending(body);
    }
    channel.basicPublish(Broker.EXCHANGE.name(), Broker.QUEUE, JSON, body);
    if (confirms == Confirms.EACH) {
      channel.waitForConfirmsOrDie(PATIENCE.toMillis());
    }
    return 1;
  }

  @Override
  public void flush() throws Exception {
    if (confirms == Confirms.RING) {
      ring.awaitAll();
    } else {
      // Answered when the broker has routed everything that came before it.
      channel.queueDeclarePassive(Broker.QUEUE);
    }
  }

  @Override
  public void consume(Consumer<Order> handler) throws Exception {
    Channel consuming = connect(false).createChannel();
    consuming.basicQos(Bench.PREFETCH);
    Acknowledging acknowledging = new Acknowledging(consuming, acks);
    consuming.basicConsume(
        Broker.QUEUE,
        acks == Acks.NONE,
        (tag, delivery) -> {
          handler.accept(Wire.order(delivery.getBody()));
          acknowledging.handled(delivery.getEnvelope().getDeliveryTag());
        },
        NO_CANCEL);
  }

  @Override
  public void serve() throws Exception {
    Channel serving = connect(false).createChannel();
    serving.basicQos(Bench.PREFETCH);
    ConfirmRing answers = new ConfirmRing(serving);
    if (confirms == Confirms.RING) {
      serving.confirmSelect();
      serving.addConfirmListener(answers);
    }
    Acknowledging acknowledging = new Acknowledging(serving, acks);
    serving.basicConsume(
        Broker.QUEUE,
        acks == Acks.NONE,
        (tag, request) -> {
          byte[] body = Wire.reply(Wire.order(request.getBody()));
          AMQP.BasicProperties asked = request.getProperties();
          AMQP.BasicProperties properties =
              JSON.builder().correlationId(asked.getCorrelationId()).build();
          if (confirms == Confirms.RING) {
            answers.beforeSending(body);
          }
          serving.basicPublish("", asked.getReplyTo(), properties, body);
          acknowledging.handled(request.getEnvelope().getDeliveryTag());
        },
        NO_CANCEL);
  }

  @Override
  public Order call(Order order) throws Exception {
    return replies == Replies.QUEUE_A_CALL ? callWithQueue(order) : callAsync(order).get();
  }

  @Override
  public CompletableFuture<Order> callAsync(Order order) throws Exception {
    if (replies == Replies.SLOTS) {
      return slots.take().call(order);
    }
    String id = Long.toString(ids.incrementAndGet());
    CompletableFuture<Order> answer = new CompletableFuture<>();
    pending.put(id, answer);
    AMQP.BasicProperties properties =
        JSON.builder().correlationId(id).replyTo("amq.rabbitmq.reply-to").build();
    publish(properties, Wire.rpc(order));
    return answer;
  }

  private void publish(AMQP.BasicProperties properties, byte[] body) throws IOException {
    // A channel is no place for several threads.
    synchronized (channel) {
      if (confirms == Confirms.RING) {
        ring.beforeSending(body);
      }
      channel.basicPublish(Broker.EXCHANGE.name(), Broker.QUEUE, properties, body);
    }
  }

  private Order callWithQueue(Order order) throws Exception {
    String queue = channel.queueDeclare().getQueue();
    BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, true, (tag, reply) -> answers.add(reply.getBody()), NO_CANCEL);
    channel.basicPublish(
        Broker.EXCHANGE.name(),
        Broker.QUEUE,
        JSON.builder().replyTo(queue).build(),
        Wire.rpc(order));
    Order answer = Wire.answer(answers.take());
    channel.queueDelete(queue);
    return answer;
  }

  @Override
  public void close() throws IOException {
    for (Connection each : open) {
      each.close();
    }
  }

  /** A queue that the answer to one call at a time comes to. */
  private final class Slot {
    private final AMQP.BasicProperties properties;
    private volatile CompletableFuture<Order> answer = new CompletableFuture<>();

    Slot() throws IOException {
      String queue = channel.queueDeclare().getQueue();
      properties = JSON.builder().replyTo(queue).build();
      channel.basicConsume(queue, true, (tag, reply) -> answered(reply.getBody()), NO_CANCEL);
    }

    CompletableFuture<Order> call(Order order) throws IOException {
      CompletableFuture<Order> mine = new CompletableFuture<>();
      answer = mine;
      publish(properties, Wire.rpc(order));
      return mine;
    }

    private void answered(byte[] body) {
      CompletableFuture<Order> mine = answer;
      slots.add(this);
      mine.complete(Wire.answer(body));
    }
  }
}
