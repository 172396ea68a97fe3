package org.postage.amqp;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;
import org.postage.transport.RawMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes with confirms. What was not confirmed when a channel or connection died is published
 * again on the next one, under the same message id, until its deadline; so is, after a pause, what
 * the broker refused to take. Thread-safe.
 */
final class Publisher implements Tenant {
  /** How many messages may be on their way at once. */
  static final int WINDOW = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
  // A write that takes longer hangs in a full socket that nobody reads from. Whoever sends may be
  // who hangs there, so this is short; big bodies get longer, as over a slow line.
  private static final Duration STUCK = Duration.ofSeconds(5);
  private static final long STUCK_NANOS_PER_BYTE = 4_000;
  private static final long MAX_WAIT_MILLIS = 100;
  private static final long REPLACED_MILLIS = 500;
  // So many unconfirmed messages are many: what is written then may wait for more, for so long.
  private static final int MANY = 32;
  private static final long HELD_NANOS = 100_000;

  private final Link link;
  private final long maxTimeoutNanos;
  private final OutgoingMessages outgoing = new OutgoingMessages(WINDOW);
  private final Nacks nacks = new Nacks();
  private final RefusedExchanges refused = new RefusedExchanges();
  private final Consumer<String> onRefused;

  // I1: only the holder of `writing` takes messages from `outgoing` and writes them, so that the
  // numbers that they get there are the channel's.
  private final ReentrantLock writing = new ReentrantLock();
  // Writes what waited for a channel: neither the link's thread nor the one that reads may hang in
  // a write.
  private final ThreadPoolExecutor writer;
  private final AtomicBoolean isFlushDue = new AtomicBoolean();
  private volatile @Nullable BrokerConnection connection;
  // What is written to at the moment, and when that will have hung for too long; 0 while idle.
  private volatile @Nullable Connection writingTo;
  private volatile long stuckAt;

  /**
   * Publishes on this link.
   *
   * @param onRefused hears, on the link's thread, of an exchange that is gone or forbidden
   */
  Publisher(Link link, Duration timeout, Consumer<String> onRefused) {
    this.link = link;
    this.onRefused = onRefused;
    maxTimeoutNanos = timeout.toNanos();
    writer =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> BrokerConnection.daemon(task, "postage-writer"));
    writer.allowCoreThreadTimeOut(true);
  }

  CompletableFuture<Void> publish(
      Destination to, RawMessage message, boolean isMandatory, Duration patience) {
    long timeoutNanos = Math.min(maxTimeoutNanos, patience.toNanos());
    PendingPublish publish =
        new PendingPublish(to, message, isMandatory, System.nanoTime() + timeoutNanos);
    String reason = refused.reason(to.exchange().name());
    if (reason != null) {
      publish.refused(reason, null);
      return publish.outcome;
    }
    outgoing.add(publish);
    writeOrHandOver();
    return publish.outcome;
  }

  boolean flush(Duration timeout) {
    return outgoing.flush(timeout);
  }

  int inFlight() {
    return outgoing.inFlight();
  }

  long resent() {
    return outgoing.resent();
  }

  /** Why the broker takes nothing; null while it does. */
  @Nullable String blocked() {
    return outgoing.blocked();
  }

  boolean isBlocked() {
    return outgoing.blocked() != null;
  }

  /** Takes no more; what is on its way goes on. */
  void refuseMore() {
    outgoing.refuseMore();
  }

  /**
   * Takes back what was not written yet; it fails as not sent.
   *
   * @return whether it was there
   */
  @SuppressWarnings("ReferenceEquality") // Futures are what they are.
  boolean withdraw(CompletableFuture<Void> outcome) {
    String blocked = outgoing.blocked();
    List<PendingPublish> taken =
        outgoing.takeIf(publish -> publish.outcome == outcome && publish.isCertainlyNotSent());
    taken.forEach(publish -> publish.abandoned("not written in time; " + state(), blocked));
    return !taken.isEmpty();
  }

  /** Gives up what is still on its way, and takes no more. */
  void close() {
    writer.shutdownNow();
    String blocked = outgoing.blocked();
    outgoing
        .close()
        .forEach(
            publish ->
                publish.abandoned("closed before the broker confirmed it; " + state(), blocked));
  }

  /** Gives up what is overdue, and a connection on which a write hangs. Called now and then. */
  void sweep() {
    long now = System.nanoTime();
    String blocked = outgoing.blocked();
    List<PendingPublish> overdue = outgoing.takeIf(publish -> publish.isOverdue(now));
    overdue.forEach(publish -> publish.abandoned("no confirmation in time; " + state(), blocked));
    // They may have kept others from being written, and so may a lack of threads.
    writeMore();
    Connection hangingIn = writingTo;
    long at = stuckAt;
    if (hangingIn != null && at != 0 && now - at > 0) {
      abandonConnection(hangingIn, "a write hangs for more than " + STUCK);
    }
  }

  // Never a newer one: it has nothing to do with what is wrong with this one.
  private void abandonConnection(Connection broken, String why) {
    BrokerConnection current = connection;
    if (current != null && current.client() == broken) {
      link.abandon(current, why);
    }
  }

  /** In words: connected, blocked, or why not connected. */
  String state() {
    String reason = outgoing.blocked();
    return reason == null || !link.isConnected()
        ? link.state()
        : "the broker blocks publishers: " + reason;
  }

  @Override
  public void open(BrokerConnection newConnection) throws IOException {
    Channel opened = newConnection.createChannel();
    ConfirmWindow window = new ConfirmWindow(WINDOW);
    opened.confirmSelect();
    opened.addConfirmListener(
        (number, multiple) -> acked(window, number, multiple),
        (number, multiple) -> nacked(opened, window, number, multiple));
    opened.addReturnListener(
        returned ->
            outgoing.returned(
                window,
                returned.getProperties().getMessageId(),
                returned.getExchange(),
                returned.getRoutingKey()));
    opened.addShutdownListener(this::channelClosed);
    if (connection != newConnection) {
      // A connection stays blocked when the publisher only lost its channel on it.
      outgoing.blocked(null);
      connection = newConnection;
    }
    nacks.opened();
    outgoing.open(opened, window);
    writeBacklogLater();
  }

  @Override
  public void lost(Throwable cause) {
    ShutdownSignalException signal = Refusals.signalIn(cause);
    boolean channelOnly = signal != null && !signal.isHardError();
    if (!channelOnly) {
      outgoing.blocked(null);
    }
    String exchange = Refusals.exchangeIn(cause).orElse(null);
    if (channelOnly && exchange != null) {
      refused.add(exchange, Refusals.reason(cause));
      outgoing
          .takeIf(publish -> !publish.isOnItsWay() && isReason(publish, exchange))
          .forEach(publish -> publish.refused(Refusals.reason(cause), cause));
      onRefused.accept(exchange);
    }
    outgoing
        .lost(publish -> channelOnly && isReason(publish, exchange))
        .forEach(publish -> publish.refused(Refusals.reason(cause), cause));
  }

  /** An exchange was declared: it may be tried again. */
  void declared(String exchange) {
    refused.forget(exchange);
  }

  // Where the broker does not name an exchange, whoever was there is suspected, and in the end
  // alone.
  private static boolean isReason(PendingPublish publish, @Nullable String exchange) {
    if (exchange == null) {
      publish.channelClosed();
      return publish.isGuilty();
    }
    return publish.to.exchange().name().equals(exchange);
  }

  @Override
  public void blocked(@Nullable String reason) {
    outgoing.blocked(reason);
    writeBacklogLater();
  }

  @Override
  public String toString() {
    return "publisher";
  }

  private void writeBacklog() {
    BrokerConnection to = connection;
    if (to == null) {
      return;
    }
    writing.lock();
    try {
      to.hold();
      try {
        for (OutgoingMessages.Next next = outgoing.next(); next != null; next = outgoing.next()) {
          write(next.channel(), next.publish());
        }
      } finally {
        if (to.letGo()) {
          flushSoon(to);
        }
      }
    } finally {
      writing.unlock();
    }
  }

  // With few on their way, each is to arrive at once. With many, the broker is busy anyway.
  private void flushSoon(BrokerConnection to) {
    if (outgoing.inFlight() < MANY) {
      flush(to);
    } else if (isFlushDue.compareAndSet(false, true)) {
      try {
        writer.execute(this::flushHeld);
      } catch (RuntimeException | Error e) {
        // Closed, or there is no thread to be had.
        isFlushDue.set(false);
        flush(to);
      }
    }
  }

  // Of the newest connection: what an older one held is sent again.
  private void flushHeld() {
    LockSupport.parkNanos(HELD_NANOS);
    isFlushDue.set(false);
    writing.lock();
    try {
      BrokerConnection to = connection;
      if (to != null) {
        flush(to);
      }
    } finally {
      writing.unlock();
    }
  }

  // Where it fails, so does the next write, and that one says whose channel is broken.
  private void flush(BrokerConnection to) {
    begin(to.client(), 0);
    try {
      to.flush();
    } catch (IOException e) {
      abandonConnection(to.client(), "writing failed: " + Refusals.reason(e));
    } finally {
      end();
    }
  }

  // Whoever writes at the moment may hang in a frozen socket: others do not wait for that.
  private void writeOrHandOver() {
    try {
      if (writing.tryLock(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          writeBacklog();
        } finally {
          writing.unlock();
        }
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writeBacklogLater();
  }

  private void writeBacklogLater() {
    try {
      writer.execute(this::writeBacklog);
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed: nothing more is written");
    } catch (OutOfMemoryError e) {
      // Whoever sends next, or the sweep, writes it.
      LOG.warn("No thread to write with: {}", e.toString());
    }
  }

  private void write(Channel to, PendingPublish publish) {
    begin(to.getConnection(), publish.message.body().length);
    try {
      to.basicPublish(
          publish.to.exchange().name(),
          publish.to.routingKey(),
          publish.isMandatory,
          Deliveries.properties(publish.message),
          publish.message.body());
    } catch (AlreadyClosedException e) {
      outgoing.suspend(to);
    } catch (IOException e) {
      outgoing.suspend(to);
      abandonConnection(to.getConnection(), "writing failed: " + Refusals.reason(e));
    } catch (RuntimeException e) {
      // The client took a number and wrote nothing: the channel's numbers are no longer ours.
      outgoing.suspend(to);
      outgoing
          .takeIf(other -> other == publish)
          .forEach(bad -> bad.refused("the client refused it: " + Refusals.reason(e), e));
      link.execute(() -> giveUp(to));
    } finally {
      end();
    }
  }

  private void begin(Connection to, int bytes) {
    writingTo = to;
    stuckAt = System.nanoTime() + STUCK.toNanos() + STUCK_NANOS_PER_BYTE * bytes;
  }

  private void end() {
    stuckAt = 0;
    writingTo = null;
  }

  private void giveUp(Channel broken) {
    if (!broken.isOpen()) {
      return; // Whoever closed it opens another.
    }
    try {
      broken.abort();
    } catch (IOException e) {
      LOG.debug("A channel that was given up could not be closed", e);
    }
    link.reopen(this, new IOException("the channel was given up"));
  }

  private void channelClosed(ShutdownSignalException cause) {
    if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
      link.reopen(this, cause);
    }
  }

  private void acked(ConfirmWindow window, long number, boolean multiple) {
    OutgoingMessages.Answered answered =
        outgoing.acked(window, number, multiple, System.nanoTime());
    nacks.acked(answered.ended());
    settle(answered);
  }

  private void nacked(Channel on, ConfirmWindow window, long number, boolean multiple) {
    long now = System.nanoTime();
    OutgoingMessages.Answered answered = outgoing.nacked(window, number, multiple, now);
    boolean isEnough = nacks.nacked(answered.postponed(), now);
    if (nacks.nacked(answered.ended(), now) || isEnough) {
      replace(on);
    }
    settle(answered);
  }

  private void settle(OutgoingMessages.Answered answered) {
    answered.ended().forEach(PendingPublish::end);
    answered.postponed().forEach(this::resumeLater);
    writeMore();
  }

  private void replace(Channel refusing) {
    LOG.warn("The broker refuses messages on this channel for a while now; trying another one");
    outgoing.suspend(refusing);
    // Not at once: what is on its way is still confirmed, and so need not be sent twice.
    link.later(() -> giveUp(refusing), REPLACED_MILLIS);
  }

  private void writeMore() {
    if (outgoing.hasBacklog()) {
      // Not here: this thread reads from the socket and must never write to it.
      writeBacklogLater();
    }
  }

  private void resumeLater(PendingPublish publish) {
    link.later(
        () -> {
          outgoing.resume(publish);
          writeBacklogLater();
        },
        publish.pauseMillis());
  }
}
