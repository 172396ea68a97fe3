package org.postage.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postage.Postage;
import org.postage.service.Dialect;
import org.postage.service.EventListener;
import org.postage.service.Rpc;
import org.postage.service.Runner;
import org.postage.service.Service;
import org.postage.service.events.EventProducer;
import org.postage.service.rpc.RpcClient;
import org.postage.service.rpc.RpcRequest;

/** This library as a service of nameko: events and calls, one worker. */
final class Services implements Peer {
  private static final String NAME = "bench";
  private static final String EVENT = "order";

  private final Broker broker;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Postage postage;
  private final EventProducer events;
  private final RpcClient rpc;
  private @Nullable CompletableFuture<Void> last;

  Services(Broker broker) {
    this.broker = broker;
    postage = connect();
    events = EventProducer.of(postage, NAME, Dialect.NAMEKO.events());
    rpc = RpcClient.of(postage, Dialect.NAMEKO.rpc());
    open.push(rpc);
  }

  private Postage connect() {
    Postage made = Ours.builder(broker).connect();
    open.push(made);
    return made;
  }

  @Override
  public int send(Order order) {
    last = events.send(EVENT, order);
    return 1;
  }

  @Override
  public void flush() {
    CompletableFuture<Void> sent = last;
    if (sent != null) {
      sent.join();
    }
  }

  @Override
  public void consume(Consumer<Order> handler) {
    @Service(NAME)
    class Listener {
      @EventListener(source = NAME, event = EVENT)
      void on(Order order) {
        handler.accept(order);
      }
    }
    start(postage, new Listener());
  }

  @Override
  public void serve() {
    @Service(NAME)
    class Server {
      @Rpc
      Order order(Order order) {
        return order;
      }
    }
    start(connect(), new Server());
  }

  private void start(Postage at, Object service) {
    open.push(Runner.builder(at).services(service).maxWorkers(1).prefetch(Bench.PREFETCH).start());
  }

  @Override
  public Order call(Order order) {
    return callAsync(order).join();
  }

  @Override
  public CompletableFuture<Order> callAsync(Order order) {
    return rpc.callAsync(RpcRequest.of(NAME, EVENT, order), Order.class)
        .thenApply(Objects::requireNonNull);
  }

  @Override
  public void close() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("not closed", e);
      }
    }
  }
}
