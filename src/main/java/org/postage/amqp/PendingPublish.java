package org.postage.amqp;

import java.util.concurrent.CompletableFuture;
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
  }

  /** Its channel acknowledged or refused it. */
  void answered() {
    isOnItsWay = false;
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
   * Whether it came back only because its receiver may not be there yet, after an outage that both
   * had.
   */
  boolean isToBeTriedAgain(long nowNanos) {
    return wasReturned && hasOutlivedOutage && !isOverdue(nowNanos) && !outcome.isDone();
  }

  /** How many channels the broker closed while this was on its way: it may be the reason. */
  int channelClosed() {
    return ++closedChannels;
  }

  boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }

  void confirmed() {
    SendException refusal = refusal();
    if (refusal == null) {
      outcome.complete(null);
    } else {
      ended(refusal);
    }
  }

  void nacked() {
    ended(new NackedException(to, message.messageId()));
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
    return wasReturned ? new UnroutableException(to, message.messageId()) : null;
  }

  // What is said of the last copy holds for the message only where no other can have arrived.
  private void ended(SendException lastCopy) {
    outcome.completeExceptionally(isInDoubt ? new OutcomeUnknownException(lastCopy) : lastCopy);
  }
}
