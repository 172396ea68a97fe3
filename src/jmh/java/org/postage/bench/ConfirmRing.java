package org.postage.bench;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The best known way to have confirms: what is unconfirmed lies in a ring. For one publisher. */
final class ConfirmRing implements ConfirmListener {
  private static final int SIZE = 1024;
  private static final int WINDOW = 1000;

  private final Channel channel;
  private final AtomicReferenceArray<byte @Nullable []> unconfirmed =
      new AtomicReferenceArray<>(SIZE);
  // All up to this one are confirmed. Written on the connection's thread.
  private volatile long confirmed;
  private volatile @Nullable Thread waiting;

  ConfirmRing(Channel channel) {
    this.channel = channel;
  }

  void beforeSending(byte[] body) {
    long number = channel.getNextPublishSeqNo();
    await(number - WINDOW);
    unconfirmed.set((int) (number % SIZE), body);
  }

  void awaitAll() {
    await(channel.getNextPublishSeqNo() - 1);
  }

  private void await(long number) {
    if (confirmed < number) {
      waiting = Thread.currentThread();
      while (confirmed < number) {
        LockSupport.parkNanos(this, 1_000_000);
      }
      waiting = null;
    }
  }

  @Override
  public void handleAck(long number, boolean multiple) {
    if (multiple) {
      for (long each = confirmed + 1; each <= number; each++) {
        unconfirmed.set((int) (each % SIZE), null);
      }
    } else {
      unconfirmed.set((int) (number % SIZE), null);
    }
    long lowest = confirmed;
    while (lowest + 1 < channel.getNextPublishSeqNo()
        && unconfirmed.get((int) ((lowest + 1) % SIZE)) == null) {
      lowest++;
    }
    confirmed = lowest;
    LockSupport.unpark(waiting);
  }

  @Override
  public void handleNack(long number, boolean multiple) {
    throw new IllegalStateException("the broker refused message " + number);
  }
}
