package org.postage.amqp;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles the deliveries of one channel: the only place that acknowledges.
 *
 * <p>Acknowledgements are gathered and written together: those of an unbroken run of deliveries as
 * one, which is what makes it fast (half the broker's work for a message), others one by one. What
 * is not finished is never part of it. Gathered ones are written when there are so many, when
 * {@link #MAX_WAIT_MILLIS} are over and the link's thread is free, and when the subscription ends.
 * Thread-safe.
 */
final class Acks {
  /** How many are gathered at most. */
  static final int MAX_GATHERED = 64;

  /** How long the first of them waits, unless the link's thread is busy. */
  static final long MAX_WAIT_MILLIS = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Acks.class);

  // So many settled ones are kept until they are forgotten together.
  private static final int KEPT = 1_024;

  /** Has something done after {@link #MAX_WAIT_MILLIS}. */
  @FunctionalInterface
  interface Timer {
    void later(Runnable task, long millis);
  }

  private final Channel channel;
  private final Timer timer;
  private final LostAcks lost;

  // Also held while acknowledgements are written: in another order, the broker would take those of
  // a later run for those of deliveries that it has forgotten, and close the channel.
  private final ReentrantLock lock = new ReentrantLock();

  // I1: `lock` guards these. The broker numbers the deliveries of a channel from 1 on, without a
  // gap. Of those from `first` on, `finished` has those whose handling has ended, counted from
  // there; all before it are settled.
  private BitSet finished = new BitSet();
  private long first = 1;
  // Finished, and their acknowledgements wait.
  private final long[] tags;
  private final @Nullable Delivery[] deliveries;
  private int gathered;

  /**
   * Settles what comes on this channel.
   *
   * @param limit how many are gathered at most, at least 1; see {@link #limit(int, int)}
   */
  Acks(Channel channel, int limit, Timer timer, LostAcks lost) {
    this.channel = channel;
    this.timer = timer;
    this.lost = lost;
    tags = new long[limit];
    deliveries = new @Nullable Delivery[limit];
  }

  /**
   * How many may be gathered: no more than half of the deliveries that nobody works on, since the
   * broker sends nothing in the place of those that it thinks unfinished.
   */
  static int limit(int prefetch, int concurrency) {
    return Math.max(1, Math.min(MAX_GATHERED, (prefetch - concurrency) / 2));
  }

  /** Whether deliveries of this channel can still be settled. */
  boolean isOpen() {
    return channel.isOpen();
  }

  Channel channel() {
    return channel;
  }

  /** A delivery has ended so. Called once for each. */
  void settle(long tag, Delivery delivery, Outcome outcome) {
    lock.lock();
    try {
      if (outcome == Outcome.ACK) {
        gather(tag, delivery);
      } else {
        channel.basicReject(tag, outcome == Outcome.REQUEUE);
        finish(tag);
      }
    } catch (IOException | AlreadyClosedException e) {
      LOG.debug("A delivery could not be given back: it comes again all the same", e);
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is gathered. */
  void flush() {
    lock.lock();
    try {
      if (gathered > 0) {
        write();
      }
    } finally {
      lock.unlock();
    }
  }

  private void gather(long tag, Delivery delivery) {
    if (!channel.isOpen()) {
      lost.add(delivery);
      return;
    }
    finish(tag);
    tags[gathered] = tag;
    deliveries[gathered] = delivery;
    gathered++;
    if (gathered == tags.length) {
      write();
    } else if (gathered == 1) {
      timer.later(this::flush, MAX_WAIT_MILLIS);
    }
  }

  private void finish(long tag) {
    finished.set((int) (tag - first));
  }

  private void write() {
    try {
      writeAll();
    } catch (IOException | AlreadyClosedException e) {
      LOG.debug("{} deliveries were handled, and the broker may not know", gathered, e);
      for (int i = 0; i < gathered; i++) {
        lost.add(requireNonNull(deliveries[i]));
      }
    }
    Arrays.fill(deliveries, 0, gathered, null);
    gathered = 0;
  }

  // All before the first that is not finished as one; the last one named must be one that the
  // broker waits for.
  private void writeAll() throws IOException {
    int run = finished.nextClearBit(0);
    long open = first + run;
    forget(run);
    long last = 0;
    int count = 0;
    for (int i = 0; i < gathered; i++) {
      if (tags[i] < open) {
        last = Math.max(last, tags[i]);
        count++;
      }
    }
    if (count > 0) {
      channel.basicAck(last, count > 1);
    }
    for (int i = 0; i < gathered; i++) {
      if (tags[i] > open) {
        channel.basicAck(tags[i], false);
      }
    }
  }

  private void forget(int run) {
    if (run >= KEPT) {
      finished = finished.get(run, Math.max(run, finished.length()));
      first += run;
    }
  }
}
