package org.postage.bench;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;

/** This library, all its defaults on; only the prefetch is everybody's. */
final class Ours implements Peer {
  /** What is sent. */
  interface Orders {
    void message_order(Order order);

    Order rpc_order(Order order);
  }

  /** The same request for those who do not wait. */
  interface AsyncOrders {
    CompletableFuture<Order> rpc_order(Order order);
  }

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Broker broker;
  private final Deque<Postage> open = new ArrayDeque<>();
  private final Postage postage;
  private final Orders orders;
  private final AsyncOrders asyncOrders;

  Ours(Broker broker) {
    this.broker = broker;
    postage = connect();
    orders = postage.producer(Orders.class, Broker.EXCHANGE.withKey(Broker.QUEUE));
    asyncOrders = postage.producer(AsyncOrders.class, Broker.EXCHANGE.withKey(Broker.QUEUE));
  }

  /** The broker's, whatever the environment says. */
  static Postage.Builder builder(Broker broker) {
    return Postage.builder()
        .host(Broker.HOST)
        .port(broker.port())
        .user("guest")
        .password("guest")
        .vhost("/")
        .failFast();
  }

  private Postage connect() {
    Postage made = builder(broker).connect();
    open.push(made);
    return made;
  }

  @Override
  public int send(Order order) {
    orders.message_order(order);
    return 1;
  }

  @Override
  public void flush() {
    if (!postage.flush(PATIENCE)) {
      throw new IllegalStateException("not flushed within " + PATIENCE);
    }
  }

  @Override
  public void consume(Consumer<Order> handler) {
    class Handlers {
      @MessageHandler("order")
      void on(Order order) {
        handler.accept(order);
      }
    }
    start(postage, new Handlers());
  }

  @Override
  public void serve() {
    class Handlers {
      @RpcHandler("order")
      Order on(Order order) {
        return order;
      }
    }
    start(connect(), new Handlers());
  }

  private static void start(Postage at, Object handlers) {
    at.processor(Broker.EXCHANGE.to(Broker.QUEUE, Broker.QUEUE))
        .prefetch(Bench.PREFETCH)
        .handlers(handlers)
        .start();
  }

  @Override
  public Order call(Order order) {
    return orders.rpc_order(order);
  }

  @Override
  public CompletableFuture<Order> callAsync(Order order) {
    return asyncOrders.rpc_order(order);
  }

  @Override
  public void producer(Class<?> type) {
    postage.producer(type, Broker.EXCHANGE.withKey(Broker.QUEUE));
  }

  @Override
  public void close() {
    open.forEach(Postage::close);
  }
}
