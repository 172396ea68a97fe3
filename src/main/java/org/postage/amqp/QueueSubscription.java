package org.postage.amqp;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Binding;
import org.postage.topology.Queue;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.Delivery;
import org.postage.transport.DeliveryListener;
import org.postage.transport.Health;
import org.postage.transport.Outcome;
import org.postage.transport.Subscription;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps some queues consumed on one channel: declared, bound and consumed anew whenever the
 * channel, the connection or a queue was lost.
 */
final class QueueSubscription implements Tenant, Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(QueueSubscription.class);

  private static final long REJECTED_MILLIS = 500;

  // Nothing is begun any more, so it matters little if the broker goes on sending.
  private static final Duration CANCEL = Duration.ofSeconds(3);

  private final Link link;
  private final Declarer declarer;
  private final ConsumeOptions options;
  private final DeliveryListener listener;

  // I1: these are touched on the link's thread only.
  private final Set<Binding> bindings;
  private final Map<String, Queue> queues = new LinkedHashMap<>();
  final Map<String, String> tagsByQueue = new LinkedHashMap<>();
  private final ConsumerCheck check = new ConsumerCheck();
  @Nullable Channel channel;
  private @Nullable Acks acks;

  private volatile boolean isConsuming;
  private volatile boolean isStopping;
  private final AtomicInteger givenBack = new AtomicInteger();
  // For whoever asks how it is: the queues' names, and why they are not consumed.
  private volatile List<String> queueNames;
  private volatile String trouble = "not consumed yet";

  private final Unsettled unsettled = new Unsettled();
  private final LostAcks lostAcks = new LostAcks();

  QueueSubscription(
      Link link, Declarer declarer, ConsumeOptions options, DeliveryListener listener) {
    this.link = link;
    this.declarer = declarer;
    this.options = options;
    this.listener = listener;
    bindings = new LinkedHashSet<>(options.bindings());
    bindings.forEach(binding -> queues.put(binding.queue().name(), binding.queue()));
    queueNames = List.copyOf(queues.keySet());
  }

  @Override
  public void open(BrokerConnection connection) throws IOException, TimeoutException {
    // An attempt before this one may have ended half-way, and nobody was told of it.
    lost(new IOException("opened anew"));
    if (isStopping) {
      return;
    }
    // All are declared before any is consumed: nothing arrives before its neighbours can.
    for (Binding binding : bindings) {
      declare(connection, binding);
      link.progress();
    }
    Channel opened = connection.createChannel();
    opened.addShutdownListener(cause -> channelClosed(opened, cause));
    opened.basicQos(options.prefetch());
    Acks newAcks =
        new Acks(
            opened, Acks.limit(options.prefetch(), options.concurrency()), link::later, lostAcks);
    channel = opened;
    acks = newAcks;
    for (Binding binding : bindings) {
      Declarer.bind(opened, binding);
      link.progress();
    }
    for (Queue queue : queues.values()) {
      consume(newAcks, queue);
      link.progress();
    }
    isConsuming = true;
    LOG.info("{} consumes {}", options.name(), tagsByQueue.keySet());
  }

  @Override
  public void failed(Throwable cause) {
    trouble = "cannot be consumed: " + Refusals.why(cause);
  }

  @Override
  public void lost(Throwable cause) {
    isConsuming = false;
    trouble = "to be consumed anew: " + Refusals.why(cause);
    Channel gone = channel;
    channel = null;
    flushAcks();
    acks = null;
    tagsByQueue.clear();
    close(gone);
  }

  @Override
  public void bind(Binding binding) {
    link.change(
        "cannot bind " + binding,
        connection -> {
          Acks on = acks;
          if (on != null) {
            declare(connection, binding);
            // On a channel of its own: where it is refused, nothing that is consumed suffers.
            Declarer.on(connection, channel -> Declarer.bind(channel, binding));
            consume(on, binding.queue());
          }
        },
        () -> {
          bindings.add(binding);
          queues.put(binding.queue().name(), binding.queue());
          queueNames = List.copyOf(queues.keySet());
        });
  }

  @Override
  public void unbind(Binding binding) {
    link.call(
        "cannot unbind " + binding,
        () -> {
          bindings.remove(binding);
          BrokerConnection connection = link.current();
          if (channel != null && connection != null) {
            // On a channel of its own: where it is refused, nothing that is consumed suffers.
            Declarer.on(connection, channel -> Declarer.unbind(channel, binding));
          }
          return null;
        });
  }

  @Override
  public void cancel(String queue) {
    link.call(
        "cannot stop consuming queue '" + queue + "'",
        () -> {
          bindings.removeIf(binding -> binding.queue().name().equals(queue));
          queues.remove(queue);
          queueNames = List.copyOf(queues.keySet());
          String tag = tagsByQueue.remove(queue);
          if (channel != null && tag != null) {
            channel.basicCancel(tag);
          }
          return null;
        });
  }

  @Override
  public boolean isConsuming() {
    return isConsuming;
  }

  @Override
  public void beginNoMore() {
    isStopping = true;
  }

  @Override
  public Stopped stop(Duration timeout, Runnable interrupt, Duration timeoutAfterInterrupt) {
    beginNoMore();
    try {
      link.call("cannot stop " + options.name(), this::cancelAll, CANCEL);
    } catch (TransportException | IllegalStateException e) {
      // Without its connection it gets no more deliveries either.
      LOG.debug("{} could not be cancelled", options.name(), e);
    }
    if (!unsettled.await(timeout)) {
      LOG.warn(
          "{}: {} handlers still run after {}; interrupting them",
          options.name(),
          unsettled.count(),
          timeout);
      interrupt.run();
      unsettled.await(timeoutAfterInterrupt);
    }
    link.remove(this);
    return new Stopped(givenBack.get(), unsettled.count());
  }

  @Override
  public String toString() {
    return "consumer " + options.name();
  }

  boolean isIdle() {
    return unsettled.await(Duration.ZERO);
  }

  boolean isStopping() {
    return isStopping;
  }

  /** A delivery was not begun, since this stops. */
  void leftOut() {
    givenBack.incrementAndGet();
  }

  LostAcks lostAcks() {
    return lostAcks;
  }

  /** How each of its queues is. */
  List<Health.Consumer> health() {
    boolean isGood = isConsuming && !isStopping;
    String state =
        isStopping
            ? "stopped"
            : isGood
                ? "consuming"
                : link.isConnected() ? trouble : "waits for the connection: " + link.state();
    return queueNames.stream()
        .map(queue -> new Health.Consumer(options.name(), queue, isGood, state))
        .toList();
  }

  /** Compares what is to be consumed with what is, and consumes it anew where they differ. */
  void check() {
    link.execute(
        () -> {
          BrokerConnection connection = link.current();
          if (connection == null || !isConsuming || isStopping) {
            return;
          }
          try {
            String problem = check.problem(connection, queues.keySet());
            if (problem != null) {
              LOG.warn("{}: {}; declaring and consuming anew", options.name(), problem);
              link.reopen(this, new IOException(problem));
            }
          } catch (IOException | TimeoutException | ShutdownSignalException e) {
            link.giveUpIfInDoubt(e);
            LOG.debug("{} could not be checked", options.name(), e);
          }
        });
  }

  Outcome handle(Delivery delivery) {
    try {
      return listener.onDelivery(delivery);
    } catch (Throwable t) {
      LOG.error("{} failed on a delivery of '{}'", options.name(), delivery.queue(), t);
      return Outcome.REJECT;
    }
  }

  /**
   * Runs a delivery on the executor, counted until it has ended.
   *
   * @param giveBack what to do, later, where the executor takes it not
   */
  void execute(Delivery delivery, Runnable handling, Runnable giveBack) {
    // One of the two is done, once, whatever the executor is like: it may run what it refuses.
    AtomicBoolean isTaken = new AtomicBoolean();
    unsettled.add(1);
    try {
      options
          .executor()
          .execute(
              delivery,
              () -> {
                if (isTaken.compareAndSet(false, true)) {
                  try {
                    handling.run();
                  } finally {
                    unsettled.add(-1);
                  }
                }
              });
    } catch (RuntimeException | Error e) {
      LOG.warn(
          "{}: its executor takes no more at the moment: {}", options.name(), String.valueOf(e));
      if (isTaken.compareAndSet(false, true)) {
        unsettled.add(-1);
        // Not at once: the broker would bring it again at once.
        link.later(giveBack, REJECTED_MILLIS);
      }
    }
  }

  void cancelledByBroker(QueueConsumer consumer, String queue) {
    IOException cause =
        new IOException("the broker cancelled the consumer: queue '" + queue + "' is gone");
    link.execute(
        () -> {
          if (consumer.getChannel() == channel && !isStopping) {
            LOG.warn("{}: queue '{}' is gone; declaring it anew", options.name(), queue);
            link.reopen(this, cause);
          }
        });
  }

  private void declare(BrokerConnection connection, Binding binding)
      throws IOException, TimeoutException {
    declarer.declare(connection, binding.exchange());
    declarer.declare(connection, binding.queue());
  }

  private void consume(Acks on, Queue queue) throws IOException {
    if (!tagsByQueue.containsKey(queue.name())) {
      QueueConsumer consumer = new QueueConsumer(on, this, queue.name());
      tagsByQueue.put(queue.name(), on.channel().basicConsume(queue.name(), false, consumer));
    }
  }

  private void flushAcks() {
    if (acks != null) {
      acks.flush();
    }
  }

  private void channelClosed(Channel closed, ShutdownSignalException cause) {
    if (cause.isHardError()) {
      return;
    }
    link.execute(
        () -> {
          if (closed == channel && !isStopping) {
            LOG.warn("{}: its channel was closed: {}", options.name(), Refusals.text(cause));
            link.reopen(this, cause);
          }
        });
  }

  private @Nullable Void cancelAll() throws IOException {
    isConsuming = false;
    if (channel != null && channel.isOpen()) {
      for (String tag : tagsByQueue.values()) {
        channel.basicCancel(tag);
      }
    }
    return null;
  }

  private static void close(@Nullable Channel gone) {
    try {
      if (gone != null && gone.isOpen()) {
        gone.close();
      }
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      LOG.debug("A consumer's channel was gone before we closed it", e);
    }
  }
}
