package org.postage.amqp;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 * {@link #MAX_WAIT_MILLIS} are over, and when the subscription ends. Thread-safe.
 */
final class Acks {
  /** How many are gathered at most. */
  static final int MAX_GATHERED = 64;

  /** How long the first of them waits at most. */
  static final long MAX_WAIT_MILLIS = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Acks.class);

  /** In the place of a delivery that the broker knows the end of. */
  private static final Object SETTLED = new Object();

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
  // gap; all up to `low` are settled. Those after it have a slot: null while not finished, the
  // delivery while its acknowledgement waits, or SETTLED.
  private @Nullable Object[] slots = new @Nullable Object[256];
  private long low;
  private long highest;
  private int gathered;
  private int limit;

  Acks(Channel channel, int prefetch, Timer timer, LostAcks lost) {
    this.channel = channel;
    this.timer = timer;
    this.lost = lost;
    limit(prefetch);
  }

  /** Whether deliveries of this channel can still be settled. */
  boolean isOpen() {
    return channel.isOpen();
  }

  Channel channel() {
    return channel;
  }

  /** With few unsettled deliveries allowed, the broker must not wait for many of them. */
  void limit(int prefetch) {
    lock.lock();
    try {
      limit = Math.max(1, Math.min(MAX_GATHERED, prefetch / 2));
    } finally {
      lock.unlock();
    }
  }

  /** A delivery has ended so. Called once for each. */
  void settle(long tag, Delivery delivery, Outcome outcome) {
    lock.lock();
    try {
      if (outcome == Outcome.ACK) {
        gather(tag, delivery);
      } else {
        channel.basicReject(tag, outcome == Outcome.REQUEUE);
        put(tag, SETTLED);
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
    put(tag, delivery);
    gathered++;
    if (gathered >= limit) {
      write();
    } else if (gathered == 1) {
      timer.later(this::flush, MAX_WAIT_MILLIS);
    }
  }

  private void write() {
    List<Delivery> written = new ArrayList<>(gathered);
    try {
      writeRun(written);
      writeOthers(written);
    } catch (IOException | AlreadyClosedException e) {
      LOG.debug("{} deliveries were handled, and the broker may not know", gathered, e);
      takeRest(written);
      written.forEach(lost::add);
    }
    gathered = 0;
  }

  // The last one named must be one that the broker waits for.
  private void writeRun(List<Delivery> written) throws IOException {
    long last = 0;
    for (Object slot = slots[index(low + 1)]; slot != null; slot = slots[index(low + 1)]) {
      low++;
      slots[index(low)] = null;
      if (slot instanceof Delivery delivery) {
        written.add(delivery);
        last = low;
      }
    }
    if (last > 0) {
      channel.basicAck(last, written.size() > 1);
    }
  }

  private void writeOthers(List<Delivery> written) throws IOException {
    for (long tag = low + 1; tag <= highest && written.size() < gathered; tag++) {
      if (slots[index(tag)] instanceof Delivery delivery) {
        slots[index(tag)] = SETTLED;
        written.add(delivery);
        channel.basicAck(tag, false);
      }
    }
  }

  private void takeRest(List<Delivery> taken) {
    for (long tag = low + 1; tag <= highest; tag++) {
      if (slots[index(tag)] instanceof Delivery delivery) {
        slots[index(tag)] = SETTLED;
        taken.add(delivery);
      }
    }
  }

  private void put(long tag, Object what) {
    while (tag - low >= slots.length) {
      grow();
    }
    slots[index(tag)] = what;
    highest = Math.max(highest, tag);
  }

  private void grow() {
    @Nullable Object[] larger = new @Nullable Object[2 * slots.length];
    for (long tag = low + 1; tag <= highest; tag++) {
      larger[(int) (tag % larger.length)] = slots[index(tag)];
    }
    slots = larger;
  }

  private int index(long tag) {
    return (int) (tag % slots.length);
  }
}
