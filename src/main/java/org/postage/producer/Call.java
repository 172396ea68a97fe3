package org.postage.producer;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postage.message.PostageException;
import org.postage.pipeline.Context;
import org.postage.topology.Destination;
import org.postage.transport.Deadline;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request, from its first send to its reply or the end of patience. Thread-safe. */
final class Call {
  private static final Logger LOG = LoggerFactory.getLogger(Call.class);

  private final Requests requests;
  private final Publication publication;
  private final Destination to;
  private final RawMessage.Builder message;
  private final String id;
  private final Context context = Context.current();
  private final CompletableFuture<Reply> reply = new CompletableFuture<>();

  // I1: `lock` guards these. Nothing is sent, completed or given back while it is held.
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Attempt attempt;
  private @Nullable ReplyAddress address;
  private @Nullable Future<?> patience;
  private CompletableFuture<Void> published = CompletableFuture.completedFuture(null);
  private boolean isBeingSent;
  private int sends;
  private boolean isOver;

  Call(Requests requests, Publication publication, RawMessage.Builder message, String id) {
    this.requests = requests;
    this.publication = publication;
    this.message = message;
    this.id = id;
    to = publication.firstDestination();
  }

  CompletableFuture<Reply> reply() {
    return reply;
  }

  void start() {
    reply.whenComplete(
        (r, t) -> {
          if (reply.isCancelled()) {
            end(new CancellationException());
          }
        });
    waitFor();
    takeAddressAndSend(true);
  }

  /**
   * Sends as soon as there is an address.
   *
   * @param here whether this thread may send: never one of the connection's, since sending may wait
   *     for confirms
   */
  private void takeAddressAndSend(boolean here) {
    Attempt next = new Attempt();
    lock.lock();
    try {
      attempt = next;
    } finally {
      lock.unlock();
    }
    CompletableFuture<ReplyAddress> taken = requests.address(to, next);
    if (here && taken.isDone()) {
      taken.whenComplete((its, failure) -> sendTo(next, its, failure));
    } else {
      reply.whenComplete((r, t) -> taken.cancel(false));
      taken.whenComplete((its, failure) -> sendLater(next, its, failure));
    }
  }

  private void sendLater(Attempt with, @Nullable ReplyAddress taken, @Nullable Throwable failure) {
    if (failure instanceof CancellationException) {
      // The call has ended.
      return;
    }
    try {
      requests.executor.execute(() -> sendTo(with, taken, failure));
    } catch (RejectedExecutionException e) {
      if (taken != null) {
        taken.discard();
      }
      end(e);
    }
  }

  private void sendTo(Attempt with, @Nullable ReplyAddress taken, @Nullable Throwable failure) {
    if (taken != null) {
      sendTo(with, taken);
    } else if (failure instanceof RuntimeException known) {
      end(known);
    }
  }

  private void sendTo(Attempt with, ReplyAddress taken) {
    boolean isUnwanted;
    lock.lock();
    try {
      // The address may have been lost already, and another one asked for.
      isUnwanted = isOver || attempt != with;
      if (!isUnwanted) {
        address = taken;
        sends++;
      }
    } finally {
      lock.unlock();
    }
    if (isUnwanted) {
      taken.discard();
    } else {
      send(taken);
    }
  }

  private void send(ReplyAddress replyTo) {
    boolean isFirst;
    lock.lock();
    try {
      // A reply may have come since this was decided, and the address may be another call's now.
      if (isOver || address != replyTo) {
        return;
      }
      isBeingSent = true;
      isFirst = sends == 1;
    } finally {
      lock.unlock();
    }
    try {
      Duration wait = context.limit(publication.timeout());
      CompletableFuture<Void> publishing =
          requests.transport.publish(
              to,
              Deadline.set(message.replyTo(replyTo.name()), publication.headers(), wait).build(),
              true,
              wait);
      sent(publishing);
      publishing.whenComplete(
          (v, failure) -> {
            if (failure instanceof PostageException known
                && !(known instanceof OutcomeUnknownException)) {
              end(isFirst ? known : sentBefore(known));
            }
          });
    } catch (RuntimeException e) {
      end(e);
    }
  }

  private void sent(CompletableFuture<Void> publishing) {
    boolean isUnwanted;
    lock.lock();
    try {
      isBeingSent = false;
      published = publishing;
      isUnwanted = isOver;
    } finally {
      lock.unlock();
    }
    if (isUnwanted) {
      publishing.cancel(false);
    }
  }

  /** Nobody can answer any more. */
  void close() {
    end(
        new TransportException(
            "closed while waiting for the reply to '" + publication.message().name() + "'"));
  }

  private void onReply(Attempt with, RawMessage raw) {
    boolean isCorrelated = raw.correlationId() != null;
    if (isCorrelated && !id.equals(raw.correlationId())) {
      LOG.debug("Dropped an answer to another call, which has ended");
      return;
    }
    ReplyAddress from;
    boolean isSure;
    boolean sendAgain;
    boolean onlyOnce;
    lock.lock();
    try {
      from = address;
      if (isOver || from == null || attempt != with) {
        return;
      }
      isSure = isCorrelated || from.isFresh();
      sendAgain = !isSure && maySendAgain();
      onlyOnce = sends == 1;
      isOver = isSure;
      if (isSure || sendAgain) {
        address = null;
      }
    } finally {
      lock.unlock();
    }
    requests.replied(to, isCorrelated);
    if (isSure) {
      stopWaiting();
      boolean mayBeUsedAgain = isCorrelated && onlyOnce && requests.mayBeUsedAgain(to);
      release(from, mayBeUsedAgain);
      reply.complete(new Reply(raw, requests.encoders));
    } else if (sendAgain) {
      LOG.debug(
          "An answer without correlation id came to a used address: asking again with a fresh one");
      from.discard();
      takeAddressAndSend(false);
    }
  }

  private void onLost(Attempt with) {
    boolean sendAgain;
    CompletableFuture<Void> former;
    lock.lock();
    try {
      if (isOver || attempt != with) {
        return;
      }
      address = null;
      sendAgain = maySendAgain();
      former = published;
    } finally {
      lock.unlock();
    }
    // What was not confirmed would be sent again too, with an address that is gone.
    former.cancel(false);
    if (sendAgain) {
      takeAddressAndSend(false);
    } else {
      end(
          new OutcomeUnknownException(
              "the connection was lost while waiting for the reply", to, id));
    }
  }

  private void outOfPatience() {
    ReplyAddress sentTo;
    boolean isWaitingToBeSent;
    boolean sendAgain;
    int sentSoFar;
    CompletableFuture<Void> publishing;
    lock.lock();
    try {
      if (isOver) {
        return;
      }
      sentTo = address;
      isWaitingToBeSent = isBeingSent || !published.isDone();
      sentSoFar = sends;
      publishing = published;
      sendAgain = sentTo != null && !isWaitingToBeSent && maySendAgain();
      if (sendAgain) {
        // Counted here and not when it is sent: a busy executor shall not make more of them.
        sends++;
      }
    } finally {
      lock.unlock();
    }
    String patience = "within " + publication.timeout() + "; " + requests.transport.state();
    if (sentTo == null) {
      end(
          sentSoFar == 0
              ? requests.notSent("no reply queue " + patience, to, id)
              : new OutcomeUnknownException(
                  "sent, and the reply queue lost; no other one " + patience, to, id));
    } else if (isWaitingToBeSent) {
      // Sending it again would only put a second one behind the first.
      requests.transport.withdraw(publishing);
      // Unless that has ended it already, as not sent.
      end(new OutcomeUnknownException("not confirmed " + patience, to, id));
    } else if (sendAgain) {
      waitFor();
      try {
        requests.executor.execute(() -> send(sentTo));
      } catch (RejectedExecutionException e) {
        end(e);
      }
    } else {
      end(
          new RequestTimeoutException(
              publication.message().name(), to, publication.timeout(), sentSoFar));
    }
  }

  // What fails now says nothing of the send before.
  private OutcomeUnknownException sentBefore(PostageException failure) {
    return new OutcomeUnknownException("sent, and not again: " + failure.getMessage(), to, id);
  }

  // Called with the lock held.
  private boolean maySendAgain() {
    return sends <= publication.maxRetry()
        && context.remaining().map(left -> !left.isZero()).orElse(true);
  }

  private void end(RuntimeException failure) {
    ReplyAddress left;
    CompletableFuture<Void> unwanted;
    lock.lock();
    try {
      if (isOver) {
        return;
      }
      isOver = true;
      left = address;
      address = null;
      unwanted = published;
    } finally {
      lock.unlock();
    }
    stopWaiting();
    // Takes it back where it was not written yet.
    unwanted.cancel(false);
    if (left != null) {
      left.discard();
    }
    reply.completeExceptionally(failure);
  }

  private static void release(ReplyAddress address, boolean mayBeUsedAgain) {
    if (mayBeUsedAgain) {
      address.giveBack();
    } else {
      address.discard();
    }
  }

  private void waitFor() {
    Future<?> next =
        requests.timer.schedule(
            this::outOfPatience,
            context.limit(publication.timeout()).toNanos(),
            TimeUnit.NANOSECONDS);
    boolean isUnwanted;
    lock.lock();
    try {
      patience = next;
      isUnwanted = isOver;
    } finally {
      lock.unlock();
    }
    if (isUnwanted) {
      next.cancel(false);
    }
  }

  private void stopWaiting() {
    lock.lock();
    try {
      if (patience != null) {
        patience.cancel(false);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Hears what comes to one address. Only the one that was asked for last counts. */
  private final class Attempt implements ReplyAddress.Listener {
    @Override
    public void onReply(RawMessage raw) {
      Call.this.onReply(this, raw);
    }

    @Override
    public void onLost(Throwable cause) {
      Call.this.onLost(this);
    }
  }
}
