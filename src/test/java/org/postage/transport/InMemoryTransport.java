package org.postage.transport;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/**
 * Keeps what was published, and has reply addresses as a broker has them: what is sent to one goes
 * to whoever owns it at that moment, or nowhere. Thread-safe.
 */
public final class InMemoryTransport implements Transport {
  /**
   * One call of {@link Transport#publish} or {@link Transport#publishLater}.
   *
   * @param delay zero unless it is to arrive later
   */
  public record Published(Destination to, RawMessage message, boolean isMandatory, Duration delay) {
    /** Where the answer is to go; fails where none is wanted. */
    public String replyTo() {
      String replyTo = message.replyTo();
      if (replyTo == null) {
        throw new AssertionError("no request: " + this);
      }
      return replyTo;
    }

    /** The name of the call; fails where there is none. */
    public String correlationId() {
      String id = message.correlationId();
      if (id == null) {
        throw new AssertionError("no correlation id: " + this);
      }
      return id;
    }
  }

  private record Waiter(ReplyAddress.Listener listener, CompletableFuture<ReplyAddress> address) {}

  private final List<Published> published = new CopyOnWriteArrayList<>();
  private final List<Queue> queues = new CopyOnWriteArrayList<>();
  private final List<Exchange> declared = new CopyOnWriteArrayList<>();
  private final List<String> discarded = new CopyOnWriteArrayList<>();
  private final List<String> givenBack = new CopyOnWriteArrayList<>();
  private final ReentrantLock deliveries = new ReentrantLock();
  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final Deque<Slot> free = new ArrayDeque<>();
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private volatile Function<Published, CompletableFuture<Void>> broker =
      message -> CompletableFuture.completedFuture(null);
  private boolean holdsAddresses;
  private int count;

  /** What becomes of each message; it is confirmed at once unless set. */
  public void onPublish(Function<Published, CompletableFuture<Void>> newBroker) {
    broker = newBroker;
  }

  /** What was published so far, in order. */
  public List<Published> published() {
    return List.copyOf(published);
  }

  /** The one message that was published. */
  public Published onlyPublished() {
    if (published.size() != 1) {
      throw new AssertionError("expected one publication: " + published);
    }
    return published.get(0);
  }

  /** The message that was published last. */
  public Published lastPublished() {
    return published.get(published.size() - 1);
  }

  /** Exchanges in the order of their declarations. */
  public List<Exchange> declared() {
    return List.copyOf(declared);
  }

  /** Names of the addresses that nobody gets again. */
  public List<String> discarded() {
    return List.copyOf(discarded);
  }

  /** Names of the addresses that the next call may get, once for each time. */
  public List<String> givenBack() {
    return List.copyOf(givenBack);
  }

  /** Names of the addresses that somebody has at this moment. */
  public synchronized List<String> owned() {
    return slots.values().stream()
        .filter(slot -> slot.listener != null)
        .map(ReplyAddress::name)
        .toList();
  }

  /** No address is to be had from now on, as without a connection. */
  public synchronized void holdAddresses() {
    holdsAddresses = true;
  }

  /** Whoever waits for an address gets one. */
  public void releaseAddresses() {
    List<Waiter> released;
    synchronized (this) {
      holdsAddresses = false;
      released = new ArrayList<>(waiters);
      waiters.clear();
    }
    for (Waiter waiter : released) {
      Slot slot = open(waiter.listener);
      if (!waiter.address.complete(slot)) {
        slot.discard();
      }
    }
  }

  /**
   * Sends something to an address.
   *
   * @return whether anybody owned it
   */
  public boolean deliver(String replyTo, RawMessage message) {
    // One after the other, as on a connection's thread.
    deliveries.lock();
    try {
      ReplyAddress.Listener listener;
      synchronized (this) {
        Slot slot = slots.get(replyTo);
        listener = slot == null ? null : slot.listener;
      }
      if (listener != null) {
        listener.onReply(message);
      }
      return listener != null;
    } finally {
      deliveries.unlock();
    }
  }

  /** Loses the connection: all addresses are gone, and their owners hear of it. */
  public void lose(Throwable cause) {
    List<ReplyAddress.Listener> owners = new ArrayList<>();
    synchronized (this) {
      for (Slot slot : slots.values()) {
        if (slot.listener != null) {
          owners.add(slot.listener);
        }
      }
      slots.clear();
      free.clear();
    }
    deliveries.lock();
    try {
      owners.forEach(owner -> owner.onLost(cause));
    } finally {
      deliveries.unlock();
    }
  }

  @Override
  public void declare(Exchange exchange, Duration patience) {
    declared.add(exchange);
  }

  @Override
  public CompletableFuture<Void> publish(
      Destination to, RawMessage message, boolean mandatory, Duration patience) {
    Published each = new Published(to, message, mandatory, Duration.ZERO);
    published.add(each);
    return broker.apply(each);
  }

  @Override
  public boolean withdraw(CompletableFuture<Void> published) {
    return false;
  }

  @Override
  public CompletableFuture<Void> publishLater(
      Destination to, RawMessage message, Duration delay, Duration patience) {
    Published each = new Published(to, message, true, delay);
    published.add(each);
    return broker.apply(each);
  }

  @Override
  public void declareDelays() {}

  @Override
  public void declare(Queue queue) {
    queues.add(queue);
  }

  @Override
  public boolean exists(String queue) {
    synchronized (this) {
      return slots.containsKey(queue);
    }
  }

  @Override
  public QueueBrowser browse(String queue) {
    throw new UnsupportedOperationException("nothing is kept in memory");
  }

  /** Queues in the order of their declarations. */
  public List<Queue> queues() {
    return List.copyOf(queues);
  }

  @Override
  public String state() {
    return "in memory";
  }

  @Override
  public boolean isIdle() {
    return true;
  }

  @Override
  public Subscription consume(ConsumeOptions options, DeliveryListener listener) {
    throw new UnsupportedOperationException("nothing is consumed from memory");
  }

  @Override
  public CompletableFuture<ReplyAddress> replyAddress(
      ReplyAddress.Listener listener, BooleanSupplier needsFresh) {
    synchronized (this) {
      if (holdsAddresses) {
        CompletableFuture<ReplyAddress> later = new CompletableFuture<>();
        waiters.add(new Waiter(listener, later));
        return later;
      }
      Slot used = needsFresh.getAsBoolean() ? null : free.pollLast();
      if (used != null) {
        used.listener = listener;
        return CompletableFuture.completedFuture(used);
      }
    }
    return CompletableFuture.completedFuture(open(listener));
  }

  @Override
  public TransportStats stats() {
    return new TransportStats(0, false, 0, 0);
  }

  @Override
  public Health health() {
    return new Health(true, true, List.of(), List.of());
  }

  @Override
  public boolean flush(Duration timeout) {
    return true;
  }

  @Override
  public void close(Duration timeout) {}

  private synchronized Slot open(ReplyAddress.Listener listener) {
    count++;
    Slot slot = new Slot("amq.gen-" + count);
    slot.listener = listener;
    slots.put(slot.name, slot);
    return slot;
  }

  private final class Slot implements ReplyAddress {
    private final String name;
    private volatile boolean isFresh = true;
    private volatile @Nullable Listener listener;

    Slot(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isFresh() {
      return isFresh;
    }

    @Override
    public void giveBack() {
      synchronized (InMemoryTransport.this) {
        listener = null;
        isFresh = false;
        givenBack.add(name);
        if (slots.containsKey(name)) {
          free.addLast(this);
        }
      }
    }

    @Override
    public void discard() {
      synchronized (InMemoryTransport.this) {
        listener = null;
        discarded.add(name);
        slots.remove(name);
      }
    }
  }
}
