package org.postage.bench;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Acknowledges on one channel what was handled in the order in which it came. */
final class Acknowledging {
  private static final int BATCH = 50;
  private static final int IDLE_MILLIS = 2;

  private final Channel channel;
  private final Raw.Acks acks;
  // Guarded by this.
  private long handled;
  private long acknowledged;

  Acknowledging(Channel channel, Raw.Acks acks) {
    this.channel = channel;
    this.acks = acks;
    if (acks == Raw.Acks.BATCHED) {
      ScheduledExecutorService timer =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "acks");
                thread.setDaemon(true);
                return thread;
              });
      timer.scheduleWithFixedDelay(this::flush, IDLE_MILLIS, IDLE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void handled(long tag) throws IOException {
    try {
      acknowledge(tag);
    } catch (AlreadyClosedException e) {
      // The measurement is over, and what was prefetched still comes.
    }
  }

  private void acknowledge(long tag) throws IOException {
    if (acks == Raw.Acks.EACH) {
      channel.basicAck(tag, false);
    } else if (acks == Raw.Acks.BATCHED) {
      synchronized (this) {
        handled = tag;
        if (handled - acknowledged >= BATCH) {
          acknowledge();
        }
      }
    }
  }

  private synchronized void flush() {
    try {
      if (channel.isOpen() && handled > acknowledged) {
        acknowledge();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acknowledge() throws IOException {
    channel.basicAck(handled, true);
    acknowledged = handled;
  }
}
