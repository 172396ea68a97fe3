package org.postage.producer;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.postage.encoding.Encoders;
import org.postage.topology.Destination;
import org.postage.transport.BrokerBlockedException;
import org.postage.transport.NotSentException;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.Transport;

/**
 * Sends requests and joins replies to them. A reply never reaches another call:
 *
 * <ul>
 *   <li>A reply that carries a correlation id counts only for the call with that id.
 *   <li>A reply that carries none, as a Python peer's, counts only on an address that no call had
 *       before.
 *   <li>An address is used again only after a reply that carried its call's id.
 * </ul>
 *
 * <p>Where peers have shown that they correlate, calls share a pool of addresses; elsewhere each
 * gets a new one. Thread-safe.
 */
final class Requests {
  // Keys may be made up for each call; what is remembered of them is an optimisation, and has to
  // end somewhere.
  private static final int MAX_REMEMBERED = 10_000;

  final Transport transport;
  final Encoders encoders;
  final ScheduledExecutorService timer;
  final Executor executor;

  private final Set<Call> calls = ConcurrentHashMap.newKeySet();
  private volatile boolean isClosed;
  private final Set<Destination> correlating = ConcurrentHashMap.newKeySet();
  private final Set<Destination> notCorrelating = ConcurrentHashMap.newKeySet();

  Requests(
      Transport transport, Encoders encoders, ScheduledExecutorService timer, Executor executor) {
    this.transport = transport;
    this.encoders = encoders;
    this.timer = timer;
    this.executor = executor;
  }

  CompletableFuture<Reply> send(Publication publication, RawMessage.Builder message, String id) {
    Call call = new Call(this, publication, message, id);
    calls.add(call);
    call.reply().whenComplete((reply, failure) -> calls.remove(call));
    if (isClosed) {
      throw new IllegalStateException(
          "this Postage is closed: cannot send a request to " + publication.firstDestination());
    }
    call.start();
    return call.reply();
  }

  /** Ends what still waits for a reply: nobody would be left to end it. */
  void close() {
    isClosed = true;
    calls.forEach(Call::close);
  }

  CompletableFuture<ReplyAddress> address(Destination to, ReplyAddress.Listener listener) {
    return transport.replyAddress(listener, () -> !correlating.contains(to));
  }

  void replied(Destination to, boolean withCorrelationId) {
    if (!withCorrelationId) {
      correlating.remove(to);
      remember(notCorrelating, to);
    } else if (!notCorrelating.contains(to)) {
      remember(correlating, to);
    }
  }

  /** What a request failed with that was not written: where the broker blocks, that is why. */
  NotSentException notSent(String why, Destination to, String id) {
    String blocked = transport.blocked();
    return blocked == null
        ? new NotSentException(why, to, id)
        : new BrokerBlockedException(blocked, to, id);
  }

  boolean mayBeUsedAgain(Destination to) {
    return correlating.contains(to);
  }

  private static void remember(Set<Destination> set, Destination to) {
    if (set.size() >= MAX_REMEMBERED) {
      set.clear();
    }
    set.add(to);
  }
}
