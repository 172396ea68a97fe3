package org.postage.amqp;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Delays;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.DeliveryListener;
import org.postage.transport.Health;
import org.postage.transport.NotSentException;
import org.postage.transport.QueueBrowser;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.Subscription;
import org.postage.transport.Transport;
import org.postage.transport.TransportException;
import org.postage.transport.TransportStats;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RabbitMQ, through two connections: one publishes and gets answers, the other, opened when it is
 * needed, consumes. A broker that is short of memory stops reading from connections that publish;
 * acks must not wait behind that.
 *
 * <p>Thread-safe.
 */
public final class AmqpTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(AmqpTransport.class);
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration DOWN_FLUSH_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration SWEEP_INTERVAL = Duration.ofMillis(500);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(15);
  private static final int MAX_REPLY_QUEUES = 256;

  private final Link publishing;
  private final Link consuming;
  private final Publisher publisher;
  private final ReplySlots replySlots;
  private final Declarer publisherDeclarer = new Declarer();
  private final Declarer consumerDeclarer = new Declarer();
  private final Set<Exchange> exchanges = new LinkedHashSet<>();
  private final Set<Queue> queues = new LinkedHashSet<>();
  private final Targets targets = new Targets();
  private final DelayLadder delays;
  private final List<QueueSubscription> subscriptions = new CopyOnWriteArrayList<>();
  private volatile boolean consumes;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private AmqpTransport(Link publishing, Link consuming) {
    this.publishing = publishing;
    this.consuming = consuming;
    publisher = new Publisher(publishing, MAX_PATIENCE, this::declareAgain);
    delays = new DelayLadder(publishing, publisherDeclarer);
    replySlots = new ReplySlots(publishing, MAX_REPLY_QUEUES);
  }

  /**
   * Connects; or goes on trying in the background, when the broker can't be reached and the
   * settings do not say that it fails fast.
   *
   * @param name what the broker's management and our threads call the connections
   * @throws org.postage.transport.BrokerRefusedException if the broker refuses user, password or
   *     virtual host
   * @throws org.postage.transport.TransportException if there is no password to be had; if it fails
   *     fast, also if the broker can't be reached
   */
  public static AmqpTransport connect(String name, ConnectionSettings settings) {
    return connect(name, settings, CHECK_INTERVAL, Link.STUCK);
  }

  static AmqpTransport connect(
      String name, ConnectionSettings settings, Duration checkInterval, Duration stuck) {
    AmqpTransport transport =
        new AmqpTransport(
            link(name + "-publish", settings, stuck), link(name + "-consume", settings, stuck));
    transport.consuming.watch(
        checkInterval, () -> transport.subscriptions.forEach(QueueSubscription::check));
    try {
      transport.start(settings.isFailFast());
    } catch (RuntimeException e) {
      transport.publishing.close(CLOSE_TIMEOUT);
      transport.consuming.close(CLOSE_TIMEOUT);
      throw e;
    }
    return transport;
  }

  private static Link link(String name, ConnectionSettings settings, Duration stuck) {
    return new Link(name, settings, new LinkLoop(name), stuck);
  }

  private void start(boolean failsFast) {
    publishing.add("cannot prepare to declare exchanges", targets);
    publishing.add("cannot prepare for delays", delays);
    publishing.add("cannot prepare to publish", publisher);
    publishing.add("cannot prepare for replies", replySlots);
    publishing.watch(SWEEP_INTERVAL, publisher::sweep);
    publishing.start(failsFast);
  }

  @Override
  public void declare(Exchange exchange, Duration patience) {
    publishing.change(
        "cannot declare exchange '" + exchange.name() + "'",
        connection -> {
          publisherDeclarer.declare(connection, exchange);
          publisher.declared(exchange.name());
        },
        () -> exchanges.add(exchange),
        patience);
  }

  // Somebody deleted it: what is sent there later shall find it. Called on the link's thread.
  private void declareAgain(String refused) {
    publishing.execute(
        () -> {
          BrokerConnection connection = publishing.current();
          for (Exchange exchange : exchanges) {
            if (connection != null && exchange.name().equals(refused)) {
              targets.attempt(exchange, () -> publisherDeclarer.declare(connection, exchange));
            }
          }
        });
  }

  @Override
  public CompletableFuture<Void> publish(
      Destination to, RawMessage message, boolean mandatory, Duration patience) {
    return publisher.publish(to, message, mandatory, patience);
  }

  @Override
  public boolean withdraw(CompletableFuture<Void> published) {
    return publisher.withdraw(published);
  }

  @Override
  public CompletableFuture<Void> publishLater(
      Destination to, RawMessage message, Duration delay, Duration patience) {
    Patience limit = Patience.of(patience);
    try {
      delays.want(to, limit);
    } catch (BrokerRefusedException e) {
      throw e;
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(
          new NotSentException(Refusals.reason(e), to, message.messageId(), e));
    }
    Map<String, Object> headers = new LinkedHashMap<>(message.headers());
    headers.putAll(Delays.headers(delay, to));
    return publisher.publish(
        Delays.entry(delay).withKey(to.routingKey()),
        message.toBuilder().headers(headers).build(),
        true,
        limit.left());
  }

  @Override
  public void declareDelays() {
    delays.want(MAX_PATIENCE);
  }

  @Override
  public void declare(Queue queue) {
    publishing.change(
        "cannot declare queue '" + queue.name() + "'",
        connection -> publisherDeclarer.declare(connection, queue),
        () -> queues.add(queue));
  }

  @Override
  public boolean exists(String queue) {
    String asked = "cannot look for queue '" + queue + "'";
    return publishing.call(asked, () -> publisherDeclarer.queueExists(connection(asked), queue));
  }

  @Override
  public QueueBrowser browse(String queue) {
    String asked = "cannot look at queue '" + queue + "'";
    return publishing.call(asked, () -> new ChannelBrowser(publishing, connection(asked), queue));
  }

  private BrokerConnection connection(String asked) {
    publishing.requireReading(asked);
    BrokerConnection connection = publishing.current();
    if (connection == null) {
      throw new TransportException(asked + ": " + publishing.state());
    }
    return connection;
  }

  @Override
  public Subscription consume(ConsumeOptions options, DeliveryListener listener) {
    startConsuming();
    QueueSubscription subscription =
        new QueueSubscription(consuming, consumerDeclarer, options, listener);
    consuming.add("cannot consume for " + options.name(), subscription);
    subscriptions.removeIf(QueueSubscription::isStopping);
    subscriptions.add(subscription);
    return subscription;
  }

  // Opened by the first consumer: a component that only sends needs one connection.
  private synchronized void startConsuming() {
    if (!consumes) {
      consuming.start(false);
      consumes = true;
    }
  }

  @Override
  public CompletableFuture<ReplyAddress> replyAddress(
      ReplyAddress.Listener listener, BooleanSupplier needsFresh) {
    return replySlots.take(listener, needsFresh);
  }

  @Override
  public boolean isIdle() {
    return publisher.flush(Duration.ZERO)
        && subscriptions.stream().allMatch(QueueSubscription::isIdle);
  }

  @Override
  public @Nullable String blocked() {
    return publisher.blocked();
  }

  @Override
  public OptionalInt deliveryLimitOfQuorumQueues() {
    BrokerConnection connection = publishing.current();
    return connection == null
        ? OptionalInt.empty()
        : Declarer.deliveryLimit(connection.serverProperties());
  }

  @Override
  public String state() {
    return publisher.state();
  }

  @Override
  public TransportStats stats() {
    return new TransportStats(
        publisher.inFlight(),
        publisher.isBlocked(),
        publishing.reconnects() + consuming.reconnects(),
        publisher.resent());
  }

  @Override
  public Health health() {
    List<Health.Connection> connections = new ArrayList<>();
    String trouble = publishing.trouble();
    connections.add(
        new Health.Connection(
            publishing.name(),
            publishing.isConnected(),
            trouble == null ? publisher.state() : trouble));
    if (consumes) {
      connections.add(
          new Health.Connection(consuming.name(), consuming.isConnected(), consuming.state()));
    }
    boolean isReady = publishing.isConnected() && !publisher.isBlocked() && trouble == null;
    List<Health.Consumer> consumers = new ArrayList<>();
    for (QueueSubscription subscription : subscriptions) {
      List<Health.Consumer> own = subscription.health();
      consumers.addAll(own);
      isReady &= subscription.isStopping() || own.stream().allMatch(Health.Consumer::isConsuming);
    }
    boolean isLive = publishing.isLive() && consuming.isLive();
    return new Health(isReady, isLive, connections, consumers);
  }

  @Override
  public boolean flush(Duration timeout) {
    return publisher.flush(timeout);
  }

  @Override
  public void close(Duration timeout) {
    if (!isClosed.compareAndSet(false, true)) {
      return;
    }
    Patience limit = Patience.of(timeout);
    consuming.close(timeout.dividedBy(3));
    replySlots.close();
    // Whoever went on sending would keep us here until the end of our patience.
    publisher.refuseMore();
    // A broker that is down may come back, but a program that ends shall not wait long for that.
    Duration longest = publishing.isConnected() ? FLUSH_TIMEOUT : DOWN_FLUSH_TIMEOUT;
    publisher.flush(limit.left(longest, BrokerConnection.closeTimeout()));
    publisher.close();
    publishing.close(limit.left());
  }

  /**
   * The exchanges and queues that are sent to, declared on each connection. One that fails stops no
   * other.
   */
  private final class Targets implements Tenant {
    @Override
    public void open(BrokerConnection connection) {
      for (Exchange exchange : exchanges) {
        attempt(exchange, () -> publisherDeclarer.declare(connection, exchange));
      }
      for (Queue queue : queues) {
        attempt(queue, () -> publisherDeclarer.declare(connection, queue));
      }
    }

    private void attempt(Object target, Declaring declaring) {
      try {
        declaring.run();
        publishing.progress();
      } catch (IOException | TimeoutException | RuntimeException e) {
        publishing.giveUpIfInDoubt(e);
        LOG.warn("Cannot declare {}: {}", target, Refusals.reason(e));
      }
    }

    @Override
    public void lost(Throwable cause) {}

    @Override
    public String toString() {
      return "exchanges and queues";
    }
  }

  @FunctionalInterface
  private interface Declaring {
    void run() throws IOException, TimeoutException;
  }
}
