package org.postage.bench;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ConcurrentModificationException;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.AsyncRabbitTemplate;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitOperations;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.adapter.MessageListenerAdapter;
import org.springframework.amqp.support.converter.MessageConverter;

/** Spring AMQP, as its guide has it and as it is known to be fastest. */
final class Spring implements Peer {
  /** Who consumes. */
  enum Container {
    SIMPLE,
    DIRECT,
    /** A direct one that acknowledges every 50. */
    BATCHED
  }

  /** From orders to this protocol's bytes and back, with the same Jackson as everybody. */
  private record Converter(Function<Order, byte[]> writer, Function<byte[], Order> reader)
      implements MessageConverter {
    @Override
    public Message toMessage(Object order, MessageProperties properties) {
      properties.setContentType(MessageProperties.CONTENT_TYPE_JSON);
      return new Message(writer.apply((Order) order), properties);
    }

    @Override
    public Order fromMessage(Message message) {
      return reader.apply(message.getBody());
    }
  }

  private static final Converter MESSAGES = new Converter(Wire::message, Wire::order);
  private static final Converter REQUESTS = new Converter(Wire::rpc, Wire::answer);
  private static final Converter ANSWERS = new Converter(Wire::reply, Wire::order);
  private static final int WINDOW = 1000;
  private static final int BATCH = 100;
  private static final int MESSAGES_PER_ACK = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Broker broker;
  private final ConfirmType confirms;
  private final Container container;
  private final Deque<Runnable> open = new ArrayDeque<>();
  private final RabbitTemplate sending;
  private final RabbitTemplate asking;
  private final AsyncRabbitTemplate askingAsync;
  private final Semaphore unconfirmed = new Semaphore(WINDOW);

  Spring(Broker broker, ConfirmType confirms, Container container) {
    this.broker = broker;
    this.confirms = confirms;
    this.container = container;
    CachingConnectionFactory connections = connect();
    connections.setPublisherConfirmType(confirms);
    connections.setPublisherReturns(confirms == ConfirmType.CORRELATED);
    sending = template(connections, MESSAGES);
    if (confirms == ConfirmType.CORRELATED) {
      sending.setMandatory(true);
      sending.setConfirmCallback((data, isConfirmed, cause) -> unconfirmed.release());
    }
    asking = template(connections, REQUESTS);
    askingAsync = new AsyncRabbitTemplate(asking);
    askingAsync.setReceiveTimeout(PATIENCE.toMillis());
  }

  private CachingConnectionFactory connect() {
    CachingConnectionFactory connections = new CachingConnectionFactory(broker.factory());
    // As many as there are callers, and some.
    connections.setChannelCacheSize(80);
    open.push(connections::destroy);
    return connections;
  }

  private static RabbitTemplate template(
      CachingConnectionFactory connections, MessageConverter converter) {
    RabbitTemplate template = new RabbitTemplate(connections);
    template.setMessageConverter(converter);
    template.setExchange(Broker.EXCHANGE.name());
    template.setRoutingKey(Broker.QUEUE);
    template.setReplyTimeout(PATIENCE.toMillis());
    return template;
  }

  @Override
  public int send(Order order) throws Exception {
    if (confirms == ConfirmType.SIMPLE) {
      // A channel of its own for a batch, and one wait at its end.
      sending.invoke(operations -> sendBatch(operations, order));
      return BATCH;
    } else if (confirms == ConfirmType.CORRELATED) {
      unconfirmed.acquire();
      sending.correlationConvertAndSend(order, new CorrelationData());
    } else {
      sending.convertAndSend(order);
    }
    return 1;
  }

  private static boolean sendBatch(RabbitOperations operations, Order order) {
    for (int i = 0; i < BATCH; i++) {
      operations.convertAndSend(order);
    }
    operations.waitForConfirmsOrDie(PATIENCE.toMillis());
    return true;
  }

  @Override
  public void flush() throws Exception {
    if (confirms == ConfirmType.CORRELATED) {
      if (!unconfirmed.tryAcquire(WINDOW, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("not confirmed within " + PATIENCE);
      }
      unconfirmed.release(WINDOW);
    } else {
      sending.execute(channel -> channel.queueDeclarePassive(Broker.QUEUE));
    }
  }

  @Override
  public void consume(Consumer<Order> handler) {
    start(
        container == Container.SIMPLE
            ? new MessageListenerAdapter(new Handling(handler), MESSAGES)
            : message -> handler.accept(MESSAGES.fromMessage(message)));
  }

  @Override
  public void serve() {
    start(new MessageListenerAdapter(new Answering(), ANSWERS));
  }

  private void start(MessageListener listener) {
    AbstractMessageListenerContainer consumers =
        container == Container.SIMPLE
            ? new SimpleMessageListenerContainer(connect())
            : new DirectMessageListenerContainer(connect());
    if (container == Container.BATCHED
        && consumers instanceof DirectMessageListenerContainer direct) {
      direct.setMessagesPerAck(MESSAGES_PER_ACK);
    }
    consumers.setPrefetchCount(Bench.PREFETCH);
    consumers.setQueueNames(Broker.QUEUE);
    consumers.setMessageListener(listener);
    consumers.afterPropertiesSet();
    consumers.start();
    open.push(consumers::stop);
  }

  @Override
  public Order call(Order order) {
    return requireNonNull((Order) asking.convertSendAndReceive(order), "no answer");
  }

  @Override
  public CompletableFuture<Order> callAsync(Order order) {
    if (!askingAsync.isRunning()) {
      askingAsync.start();
      open.push(askingAsync::stop);
    }
    return askingAsync.convertSendAndReceive(order);
  }

  @Override
  public void close() {
    open.forEach(Spring::closed);
  }

  // Its channels close themselves meanwhile, and it may trip over that.
  private static boolean closed(Runnable closing) {
    try {
      closing.run();
      return true;
    } catch (ConcurrentModificationException e) {
      return false;
    }
  }

  /** What Spring's guide calls a receiver. */
  record Handling(Consumer<Order> handler) {
    /** Called by name. */
    public void handleMessage(Order order) {
      handler.accept(order);
    }
  }

  /** A receiver that answers. */
  static final class Answering {
    /** Called by name. */
    public Order handleMessage(Order order) {
      return order;
    }
  }
}
