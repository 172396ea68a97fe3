package org.postage.amqp;

import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postage.transport.BrokerBlockedException;
import org.postage.transport.NotSentException;

/**
 * What was accepted for publishing and whose fate is not known: first a backlog, then, written to a
 * channel, a window of what that channel has to confirm. Both together are bounded: whoever adds
 * more waits. Thread-safe.
 *
 * <p>Its lock is held for moments only, never while anything is written or completed. Confirms come
 * on the thread that reads from the socket: if they waited for a writer, the broker could stop
 * reading because we do not read, and neither would ever go on.
 */
final class OutgoingMessages {
  /** The next message to be written, and where to. */
  record Next(Channel channel, PendingPublish publish) {}

  /** What an answer of the broker took out for good, and what stays here to be tried again. */
  record Answered(List<PendingPublish> ended, List<PendingPublish> postponed) {}

  // Who waits for room looks again after this, and before that only when there is much of it:
  // otherwise each confirmation would wake a thread for one message.
  private static final long ROOM_NANOS = 1_000_000;
  // While nothing is confirmed at all, room is not to be expected soon.
  private static final long STANDSTILL_NANOS = 50_000_000;

  private final int max;
  private final int roomy;

  // I1: `lock` guards all of these.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<PendingPublish> backlog = new ArrayDeque<>();
  private final Set<PendingPublish> postponed = new LinkedHashSet<>();
  private ConfirmWindow window;
  // Whether the last that was written is one: it is alone until it was answered.
  private boolean isSuspectOnItsWay;
  private @Nullable Channel channel;
  private @Nullable String blocked;
  private long resent;
  private boolean isClosed;

  OutgoingMessages(int max) {
    this.max = max;
    roomy = max - max / 4;
    window = new ConfirmWindow(max);
  }

  /**
   * Puts a message at the end, when there is room.
   *
   * @throws NotSentException if there is none until its deadline
   * @throws IllegalStateException if closed
   */
  void add(PendingPublish publish) {
    lock.lock();
    try {
      awaitRoom(publish);
      if (isClosed) {
        throw new IllegalStateException("this Postage is closed: cannot publish to " + publish.to);
      }
      backlog.add(publish);
    } finally {
      lock.unlock();
    }
  }

  /** Moves the oldest of the backlog to the window, where it gets the channel's next number. */
  @Nullable Next next() {
    lock.lock();
    try {
      while (channel != null
          && blocked == null
          && !backlog.isEmpty()
          && hasRoomFor(backlog.getFirst())) {
        PendingPublish publish = backlog.removeFirst();
        // Its request may have ended meanwhile: nobody wants it any more.
        if (!publish.outcome.isDone()) {
          resent += publish.mayBeThere() ? 1 : 0;
          publish.written();
          window.add(publish);
          isSuspectOnItsWay = publish.isSuspect();
          return new Next(channel, publish);
        }
        changed.signalAll();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  // Who may be the reason that channels are closed shares one with nobody.
  private boolean hasRoomFor(PendingPublish publish) {
    return window.span() == 0 || (!window.isFull() && !isSuspectOnItsWay && !publish.isSuspect());
  }

  boolean hasBacklog() {
    lock.lock();
    try {
      return !backlog.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** A new channel, which counts from 1 again. */
  void open(Channel opened, ConfirmWindow itsWindow) {
    lock.lock();
    try {
      channel = opened;
      window = itsWindow;
      backlog.forEach(PendingPublish::outlivedOutage);
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more is to be written to this channel; what was is still to be confirmed, or lost. */
  void suspend(Channel broken) {
    lock.lock();
    try {
      if (channel == broken) {
        channel = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The channel is gone. What it has not confirmed goes back before the backlog, in its order: the
   * order of publishing holds on the next channel too.
   *
   * @param isRefused true for those that are given up instead
   * @return those
   */
  List<PendingPublish> lost(Predicate<PendingPublish> isRefused) {
    lock.lock();
    try {
      channel = null;
      List<PendingPublish> refused = new ArrayList<>();
      List<PendingPublish> unconfirmed = window.takeIf(publish -> true);
      for (int i = unconfirmed.size() - 1; i >= 0; i--) {
        PendingPublish publish = unconfirmed.get(i);
        if (isRefused.test(publish)) {
          refused.add(publish);
        } else {
          publish.unanswered();
          backlog.addFirst(publish);
        }
      }
      changed.signalAll();
      return refused;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes out what a channel acknowledged. A channel that is gone has nothing left in its window.
   * What came back and is to be tried again is not let go: it counts here until it is {@link
   * #resume}d or given up.
   */
  Answered acked(ConfirmWindow its, long number, boolean upTo, long nowNanos) {
    return answered(its, number, upTo, nowNanos, PendingPublish::acked);
  }

  /** The same with what a channel refused. */
  Answered nacked(ConfirmWindow its, long number, boolean upTo, long nowNanos) {
    return answered(its, number, upTo, nowNanos, PendingPublish::nacked);
  }

  private Answered answered(
      ConfirmWindow its,
      long number,
      boolean upTo,
      long nowNanos,
      Consumer<PendingPublish> answer) {
    lock.lock();
    try {
      List<PendingPublish> ended = its.take(number, upTo);
      List<PendingPublish> later = new ArrayList<>();
      ended.forEach(answer);
      ended.removeIf(
          publish ->
              publish.isToBeTriedAgain(nowNanos) && postponed.add(publish) && later.add(publish));
      if (size() <= roomy) {
        changed.signalAll();
      }
      return new Answered(ended, later);
    } finally {
      lock.unlock();
    }
  }

  /** Puts a postponed message at the end, if it was not given up meanwhile. */
  void resume(PendingPublish publish) {
    lock.lock();
    try {
      if (postponed.remove(publish)) {
        backlog.addLast(publish);
      }
    } finally {
      lock.unlock();
    }
  }

  void returned(ConfirmWindow its, @Nullable String messageId, String exchange, String routingKey) {
    lock.lock();
    try {
      PendingPublish publish = its.find(messageId, exchange, routingKey);
      if (publish != null) {
        publish.returned();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all that this is true of. */
  List<PendingPublish> takeIf(Predicate<PendingPublish> condition) {
    lock.lock();
    try {
      List<PendingPublish> taken = window.takeIf(condition);
      backlog.removeIf(publish -> condition.test(publish) && taken.add(publish));
      postponed.removeIf(publish -> condition.test(publish) && taken.add(publish));
      changed.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in no more; what waits for room is refused. */
  void refuseMore() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out everything, and takes in no more. */
  List<PendingPublish> close() {
    refuseMore();
    return takeIf(publish -> true);
  }

  void blocked(@Nullable String reason) {
    lock.lock();
    try {
      blocked = reason;
    } finally {
      lock.unlock();
    }
  }

  /** Why the broker does not read, or null while it does. */
  @Nullable String blocked() {
    lock.lock();
    try {
      return blocked;
    } finally {
      lock.unlock();
    }
  }

  /** How many are here. */
  int inFlight() {
    lock.lock();
    try {
      return size();
    } finally {
      lock.unlock();
    }
  }

  /** How many were written though the broker may have had them already. */
  long resent() {
    lock.lock();
    try {
      return resent;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is nothing left. */
  boolean flush(Duration timeout) {
    long nanos = timeout.toNanos();
    lock.lock();
    try {
      while (size() > 0) {
        if (nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom(PendingPublish publish) {
    try {
      while (size() >= max && !isClosed) {
        long nanos = publish.deadlineNanos - System.nanoTime();
        if (nanos <= 0 && blocked != null) {
          throw new BrokerBlockedException(blocked, publish.to, publish.message.messageId());
        } else if (nanos <= 0) {
          throw notSent(max + " messages wait for the broker's confirmation already", publish);
        }
        boolean moves = channel != null && blocked == null;
        changed.awaitNanos(Math.min(nanos, moves ? ROOM_NANOS : STANDSTILL_NANOS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notSent("interrupted while waiting for the broker's confirmations", publish);
    }
  }

  private static NotSentException notSent(String why, PendingPublish publish) {
    return new NotSentException(why, publish.to, publish.message.messageId());
  }

  private int size() {
    return backlog.size() + postponed.size() + window.span();
  }
}
