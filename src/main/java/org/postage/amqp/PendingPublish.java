package org.postage.amqp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;
import org.postage.transport.BrokerBlockedException;
import org.postage.transport.NackedException;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.RawMessage;
import org.postage.transport.SendException;
import org.postage.transport.UnroutableException;

/**
 * A message from the moment it is accepted until its fate is known. Its owner's lock guards what
 * can change.
 */
final class PendingPublish {
  private static final long RETURNED_MILLIS = 500;
  private static final long NACKED_MILLIS = 50;
  private static final long MAX_NACKED_MILLIS = 2_000;
  private static final int MAX_DOUBLINGS = 6;

  final Destination to;
  final RawMessage message;
  final boolean isMandatory;
  final long deadlineNanos;
  final CompletableFuture<Void> outcome = new CompletableFuture<>();

  // Written, and its channel has not answered yet.
  private boolean isOnItsWay;
  // A copy's channel died before it answered: that copy may have arrived.
  private boolean isInDoubt;
  private boolean wasReturned;
  private boolean wasNacked;
  private int tries;
  private int nacks;
  private boolean hasOutlivedOutage;
  private int closedChannels;

  PendingPublish(Destination to, RawMessage message, boolean isMandatory, long deadlineNanos) {
    this.to = to;
    this.message = message;
    this.isMandatory = isMandatory;
    this.deadlineNanos = deadlineNanos;
  }

  void written() {
    isOnItsWay = true;
    wasReturned = false;
    wasNacked = false;
    tries++;
  }

  /** The broker confirmed it, after returning it where nobody listens. */
  void acked() {
    isOnItsWay = false;
  }

  /** The broker refused to take it. */
  void nacked() {
    isOnItsWay = false;
    wasNacked = true;
    nacks++;
  }

  /** Its channel died before it answered. */
  void unanswered() {
    isOnItsWay = false;
    isInDoubt = true;
  }

  /** Whether it waits to be written, and no copy of it can have arrived. */
  boolean isCertainlyNotSent() {
    return !isOnItsWay && !isInDoubt;
  }

  boolean isOnItsWay() {
    return isOnItsWay;
  }

  /** Whether a copy of it may have arrived of which nothing was heard. */
  boolean mayBeThere() {
    return isInDoubt;
  }

  /** Whether the broker may still return it, before it confirms it. */
  boolean mayBeReturned() {
    return isMandatory && !wasReturned;
  }

  void returned() {
    wasReturned = true;
  }

  /**
   * It waited while there was no connection: those who are to get it may still be coming back too.
   */
  void outlivedOutage() {
    hasOutlivedOutage = true;
  }

  /**
   * Whether what the broker said need not be its last word: it refused to take this, or nobody
   * listens, after an outage that the receiver may have had too.
   */
  boolean isToBeTriedAgain(long nowNanos) {
    return (wasNacked || (wasReturned && hasOutlivedOutage))
        && !isOverdue(nowNanos)
        && !outcome.isDone();
  }

  /** How long to wait before that; longer each time that the broker refuses it. */
  long pauseMillis() {
    if (!wasNacked) {
      return RETURNED_MILLIS;
    }
    long pause = Math.min(MAX_NACKED_MILLIS, NACKED_MILLIS << Math.min(nacks - 1, MAX_DOUBLINGS));
    return pause + ThreadLocalRandom.current().nextLong(pause / 4 + 1);
  }

  /** The broker closed a channel while this was on its way: it may be the reason. */
  void channelClosed() {
    closedChannels++;
  }

  /** Whether it was there twice: it is written alone then, so that no other suffers for it. */
  boolean isSuspect() {
    return closedChannels >= 2;
  }

  /** Whether the broker closed a channel on which there was nothing else. */
  boolean isGuilty() {
    return closedChannels >= 3;
  }

  boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }

  /** What the broker said is what the sender is told. */
  void end() {
    SendException refusal = refusal();
    if (refusal == null) {
      outcome.complete(null);
    } else {
      ended(refusal);
    }
  }

  /**
   * Gives up: what is reported depends on what may have become of it.
   *
   * @param blocked why the broker takes nothing; null while it does
   */
  void abandoned(String why, @Nullable String blocked) {
    String id = message.messageId();
    SendException refusal = refusal();
    if (isOnItsWay) {
      outcome.completeExceptionally(new OutcomeUnknownException(why, to, id));
    } else if (refusal != null) {
      ended(refusal);
    } else if (isInDoubt) {
      outcome.completeExceptionally(new OutcomeUnknownException(why, to, id));
    } else if (blocked != null) {
      outcome.completeExceptionally(new BrokerBlockedException(blocked, to, id));
    } else {
      outcome.completeExceptionally(new NotSentException(why, to, id));
    }
  }

  /** The copy that was written last, or was to be written, certainly did not arrive. */
  void refused(String why, @Nullable Throwable cause) {
    ended(
        cause == null
            ? new NotSentException(why, to, message.messageId())
            : new NotSentException(why, to, message.messageId(), cause));
  }

  private @Nullable SendException refusal() {
    if (wasReturned) {
      return new UnroutableException(to, message.messageId());
    }
    return wasNacked ? new NackedException(to, message.messageId(), tries) : null;
  }

  // What is said of the last copy holds for the message only where no other can have arrived.
  private void ended(SendException lastCopy) {
    outcome.completeExceptionally(isInDoubt ? new OutcomeUnknownException(lastCopy) : lastCopy);
  }
}
