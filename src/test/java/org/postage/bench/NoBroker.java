package org.postage.bench;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.DeliveryCounts;
import org.postage.handler.Dispatcher;
import org.postage.handler.HandlerCompiler;
import org.postage.handler.MessageHandler;
import org.postage.handler.PostageProtocol;
import org.postage.handler.Processor;
import org.postage.handler.Recovery;
import org.postage.message.Fingerprint;
import org.postage.producer.Producers;
import org.postage.topology.Binding;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.Delivery;
import org.postage.transport.DeliveryListener;
import org.postage.transport.Health;
import org.postage.transport.Outcome;
import org.postage.transport.QueueBrowser;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.Subscription;
import org.postage.transport.Transport;
import org.postage.transport.TransportStats;

/**
 * The library's own part of a message's way, wired as {@link org.postage.Postage} does it, and
 * nothing behind it: what is published is kept until the next is. For one thread.
 */
public final class NoBroker {
  /** What is sent. */
  interface Orders {
    void message_order(Order order);
  }

  /** Keeps what it is given. */
  public static final class Keeping {
    private @Nullable Order last;

    @MessageHandler("order")
    void keep(Order order) {
      last = order;
    }

    Order last() {
      return requireNonNull(last, "last");
    }
  }

  private static final Exchange EXCHANGE = Exchange.direct("bench");

  private final Encoders encoders = Encoders.of(List.of(new JsonEncoder()));
  private final Swallowing transport = new Swallowing();
  private final Keeping keeping = new Keeping();
  private final Orders orders;
  private final Dispatcher dispatcher;

  /** With these handlers beside the one that keeps what it gets. */
  public NoBroker(Object... others) {
    Producers producers =
        new Producers(
            transport,
            encoders,
            Executors.newSingleThreadScheduledExecutor(),
            Runnable::run,
            Runnable::run,
            (publication, failure) -> {},
            List.of());
    orders =
        producers.create(
            Orders.class, Fingerprint.bare().asMap(), List.of(EXCHANGE.withKey("bench")));
    HandlerCompiler compiler = new HandlerCompiler(encoders).add(keeping);
    for (Object each : others) {
      compiler.add(each);
    }
    dispatcher =
        new Dispatcher(
            compiler.compile(),
            new PostageProtocol(encoders, Dispatcher.SERVER_NAMED),
            transport,
            new Idle(),
            Recovery.REJECT,
            new DeliveryCounts());
  }

  /** From the call of an interface's method to what would be published. */
  public RawMessage send(Order order) {
    orders.message_order(order);
    return requireNonNull(transport.last, "last");
  }

  /** From a delivery to the handler's argument. */
  public Order receive(Delivery delivery) {
    Outcome outcome = dispatcher.onDelivery(delivery);
    if (outcome != Outcome.ACK) {
      throw new IllegalStateException("outcome: " + outcome);
    }
    return keeping.last();
  }

  /** What the client would hand over for this. */
  public static Delivery delivery(RawMessage message) {
    return new Delivery(message, "bench", EXCHANGE.name(), "bench", false);
  }

  /** A transport that takes everything and does nothing. */
  private static final class Swallowing implements Transport {
    private static final CompletableFuture<Void> CONFIRMED =
        CompletableFuture.completedFuture(null);

    private @Nullable RawMessage last;

    @Override
    public CompletableFuture<Void> publish(
        Destination to, RawMessage message, boolean mandatory, Duration patience) {
      last = message;
      return CONFIRMED;
    }

    @Override
    public void declare(Exchange exchange, Duration patience) {}

    @Override
    public void declare(Queue queue) {}

    @Override
    public void declareDelays() {}

    @Override
    public boolean withdraw(CompletableFuture<Void> published) {
      return false;
    }

    @Override
    public CompletableFuture<Void> publishLater(
        Destination to, RawMessage message, Duration delay, Duration patience) {
      return publish(to, message, true, patience);
    }

    @Override
    public boolean exists(String queue) {
      return true;
    }

    @Override
    public QueueBrowser browse(String queue) {
      throw new UnsupportedOperationException("browse");
    }

    @Override
    public Subscription consume(ConsumeOptions options, DeliveryListener listener) {
      throw new UnsupportedOperationException("consume");
    }

    @Override
    public CompletableFuture<ReplyAddress> replyAddress(
        ReplyAddress.Listener listener, BooleanSupplier needsFresh) {
      throw new UnsupportedOperationException("replyAddress");
    }

    @Override
    public boolean isIdle() {
      return true;
    }

    @Override
    public String state() {
      return "swallowing";
    }

    @Override
    public Health health() {
      return new Health(true, true, List.of(), List.of());
    }

    @Override
    public TransportStats stats() {
      return new TransportStats(0, false, 0, 0);
    }

    @Override
    public boolean flush(Duration timeout) {
      return true;
    }

    @Override
    public void close(Duration timeout) {}
  }

  /** A processor that has only a name. */
  private static final class Idle implements Processor {
    private static final Fingerprint FINGERPRINT = Fingerprint.bare();

    @Override
    public String name() {
      return "idle";
    }

    @Override
    public Fingerprint fingerprint() {
      return FINGERPRINT;
    }

    @Override
    public void bind(Binding binding) {}

    @Override
    public void unbind(Binding binding) {}

    @Override
    public void cancel(String queue) {}

    @Override
    public Task after(Duration delay, Runnable task) {
      throw new UnsupportedOperationException("after");
    }

    @Override
    public Task every(Duration interval, Runnable task) {
      throw new UnsupportedOperationException("every");
    }

    @Override
    public void stop() {}
  }
}
