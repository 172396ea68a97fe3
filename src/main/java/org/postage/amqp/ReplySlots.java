package org.postage.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.ReplyAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of queues that answers come to: exclusive, named by the broker, all consumed on one
 * channel without acks.
 *
 * <p>A Python peer's answer carries nothing but its address, so an address belongs to one call
 * until that has ended. It is used again only when nothing more can come to it. Thread-safe.
 */
final class ReplySlots implements Tenant {
  private static final Logger LOG = LoggerFactory.getLogger(ReplySlots.class);

  private final Link link;
  private final int max;

  // I1: `lock` guards these. No broker is talked to and nothing is completed while it is held.
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Slot> free = new ArrayDeque<>();
  private final Set<Slot> inUse = new HashSet<>();
  private final ReplyWaiters waiters = new ReplyWaiters();
  private int opening;
  private boolean isClosed;
  private boolean isBlocked;
  private @Nullable BrokerConnection connection;
  private @Nullable Channel channel;

  ReplySlots(Link link, int max) {
    this.link = link;
    this.max = max;
  }

  CompletableFuture<ReplyAddress> take(ReplyAddress.Listener listener, BooleanSupplier needsFresh) {
    lock.lock();
    try {
      if (isClosed) {
        return CompletableFuture.failedFuture(closed());
      }
      boolean isFreshNeeded = needsFresh.getAsBoolean();
      Slot slot = isFreshNeeded ? null : free.pollLast();
      if (slot != null) {
        inUse.add(slot);
        slot.listener = listener;
        return CompletableFuture.completedFuture(slot);
      }
      ReplyWaiters.Waiter waiter = waiters.add(listener, isFreshNeeded, needsFresh);
      waiter.address().whenComplete((address, failure) -> forget(waiter));
      openMore();
      return waiter.address();
    } finally {
      lock.unlock();
    }
  }

  private void forget(ReplyWaiters.Waiter waiter) {
    lock.lock();
    try {
      waiters.remove(waiter);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void open(BrokerConnection newConnection) throws IOException {
    Channel opened = newConnection.createChannel();
    opened.addShutdownListener(
        cause -> {
          if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
            link.reopen(this, cause);
          }
        });
    lock.lock();
    try {
      channel = opened;
      // A connection stays blocked when only this channel on it was lost.
      isBlocked = isBlocked && connection == newConnection;
      connection = newConnection;
      opening = 0;
      openMore();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lost(Throwable cause) {
    List<Slot> gone;
    Channel old;
    lock.lock();
    try {
      old = channel;
      channel = null;
      opening = 0;
      free.clear();
      gone = new ArrayList<>(inUse);
      inUse.clear();
    } finally {
      lock.unlock();
    }
    abort(old);
    gone.forEach(slot -> slot.lost(cause));
  }

  @Override
  public void blocked(@Nullable String reason) {
    lock.lock();
    try {
      // A broker that does not read would let a declaration time out, and the connection with it.
      isBlocked = reason != null;
      openMore();
    } finally {
      lock.unlock();
    }
  }

  /** Tells whoever waits for an address that none will come, and gives out no more. */
  void close() {
    List<ReplyWaiters.Waiter> left;
    lock.lock();
    try {
      isClosed = true;
      left = waiters.takeAll();
    } finally {
      lock.unlock();
    }
    left.forEach(waiter -> waiter.address().completeExceptionally(closed()));
  }

  @Override
  public String toString() {
    return "reply queues";
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("this Postage is closed: no answers can come");
  }

  // Has the link's thread open as many as are waited for and allowed. Called with the lock held.
  private void openMore() {
    Channel on = channel;
    if (on == null || isBlocked) {
      return;
    }
    // A used one makes room for a fresh one that is waited for.
    int waiting = waiters.size();
    while (inUse.size() + free.size() >= max && !free.isEmpty() && waiting > 0) {
      link.execute(free.removeFirst()::delete);
    }
    int wanted = Math.min(waiting, max - inUse.size() - free.size());
    while (opening < wanted) {
      opening++;
      link.execute(() -> openSlot(on));
    }
  }

  private void openSlot(Channel on) {
    if (isOld(on)) {
      return;
    }
    Slot slot = new Slot(on);
    try {
      slot.declare();
    } catch (IOException | AlreadyClosedException e) {
      LOG.debug("No reply queue could be opened", e);
      if (Refusals.translate("cannot open a reply queue", e)
          instanceof BrokerRefusedException refused) {
        refuse(refused);
      }
      link.giveUpIfInDoubt(e);
      link.reopen(this, e);
      return;
    }
    lock.lock();
    try {
      opening--;
    } finally {
      lock.unlock();
    }
    hand(slot);
  }

  // It would be refused again: whoever waits is told now, not when their patience ends.
  private void refuse(BrokerRefusedException refused) {
    List<ReplyWaiters.Waiter> left;
    lock.lock();
    try {
      left = waiters.takeAll();
    } finally {
      lock.unlock();
    }
    left.forEach(waiter -> waiter.address().completeExceptionally(refused));
  }

  private boolean isOld(Channel on) {
    lock.lock();
    try {
      return on != channel;
    } finally {
      lock.unlock();
    }
  }

  private static void abort(@Nullable Channel old) {
    try {
      if (old != null && old.isOpen()) {
        old.abort();
      }
    } catch (IOException e) {
      LOG.debug("A channel for replies could not be closed", e);
    }
  }

  /** To whoever waits longest and may have it, or to the pool. */
  private void hand(Slot slot) {
    while (true) {
      ReplyWaiters.Waiter waiter;
      lock.lock();
      try {
        inUse.remove(slot);
        slot.listener = null;
        if (channel != slot.channel || slot.isDeleted) {
          return;
        }
        waiter = waiters.takeNext(slot.isFresh());
        if (waiter == null) {
          free.addLast(slot);
          openMore();
          return;
        }
        slot.listener = waiter.listener();
        inUse.add(slot);
      } finally {
        lock.unlock();
      }
      if (waiter.address().complete(slot)) {
        return;
      }
    }
  }

  private final class Slot extends DefaultConsumer implements ReplyAddress {
    private final Channel channel;
    private String queue = "";
    private volatile boolean isFresh = true;
    // Guarded by `lock`.
    private boolean isDeleted;
    private volatile @Nullable Listener listener;

    Slot(Channel channel) {
      super(channel);
      this.channel = channel;
    }

    void declare() throws IOException {
      queue = channel.queueDeclare("", false, true, true, Map.of()).getQueue();
      channel.basicConsume(queue, true, this);
    }

    @Override
    public String name() {
      return queue;
    }

    @Override
    public boolean isFresh() {
      return isFresh;
    }

    @Override
    public void giveBack() {
      isFresh = false;
      hand(this);
    }

    @Override
    public void discard() {
      lock.lock();
      try {
        inUse.remove(this);
        listener = null;
        openMore();
      } finally {
        lock.unlock();
      }
      link.execute(this::delete);
    }

    private void delete() {
      try {
        channel.queueDeleteNoWait(queue, false, false);
      } catch (IOException | AlreadyClosedException e) {
        LOG.debug("Reply queue {} is gone with its channel", queue);
      }
    }

    void lost(Throwable cause) {
      Listener its = listener;
      listener = null;
      if (its != null) {
        its.onLost(cause);
      }
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      Listener its = listener;
      if (its == null) {
        LOG.debug("Dropped an answer that nobody waits for, on {}", queue);
        return;
      }
      try {
        its.onReply(Deliveries.message(properties, body));
      } catch (RuntimeException e) {
        LOG.error("A reply on {} could not be handed over", queue, e);
      }
    }

    @Override
    public void handleCancel(String tag) {
      // Its queue is gone: deleted by us, or by somebody else while a call waits there.
      lock.lock();
      try {
        isDeleted = true;
        free.remove(this);
        inUse.remove(this);
        openMore();
      } finally {
        lock.unlock();
      }
      // Not on this thread, which reads from the socket: whoever hears it may send again at once.
      link.execute(() -> lost(new IOException("reply queue '" + queue + "' was deleted")));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
      // The link tells all slots at once.
    }
  }
}
