package org.postage.producer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.message.PostageException;
import org.postage.message.Result;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue that the answers to one request come to: Python's {@code _queue_only}. Thread-safe. It
 * is deleted when it is closed.
 */
public final class ReplyQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyQueue.class);
  private static final int MAX_WAITING = 10_000;

  /** An answer, or why no more will come. */
  private record Arrival(@Nullable Reply reply, @Nullable PostageException failure) {}

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>(MAX_WAITING);
  private final AtomicReference<@Nullable ReplyAddress> address = new AtomicReference<>();
  private final Encoders encoders;
  private volatile String name = "";

  ReplyQueue(Encoders encoders) {
    this.encoders = encoders;
  }

  ReplyAddress.Listener listener() {
    return new ReplyAddress.Listener() {
      @Override
      public void onReply(RawMessage raw) {
        if (!arrivals.offer(new Arrival(new Reply(raw, encoders), null))) {
          LOG.warn("Dropped an answer on {}: {} wait already to be taken", name, MAX_WAITING);
        }
      }

      @Override
      public void onLost(Throwable cause) {
        failed(
            new TransportException(
                "reply queue '" + name + "' is lost with the connection", cause));
      }
    };
  }

  void opened(ReplyAddress opened) {
    name = opened.name();
    address.set(opened);
  }

  void failed(PostageException failure) {
    var unused = arrivals.offer(new Arrival(null, failure));
  }

  /** The queue's name, chosen by the broker. */
  public String name() {
    return name;
  }

  /**
   * The next answer, if one comes in time. One that can't be read is an error result that says why.
   *
   * @throws PostageException if none can come: nobody listened, or the connection was lost
   */
  public Optional<Result> next(Duration timeout) {
    return nextReply(timeout).map(ReplyQueue::resultOf);
  }

  /**
   * Collects answers until there are as many as wanted or the time is over: Python's {@code
   * consume_rpc}.
   *
   * @throws PostageException if none can come: nobody listened, or the connection was lost
   */
  public List<Result> results(int count, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<Result> results = new ArrayList<>();
    while (results.size() < count) {
      Optional<Result> next = next(Duration.ofNanos(deadline - System.nanoTime()));
      if (next.isEmpty()) {
        break;
      }
      results.add(next.get());
    }
    return results;
  }

  Optional<Reply> nextReply(Duration timeout) {
    try {
      Arrival arrival = arrivals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (arrival == null) {
        return Optional.empty();
      } else if (arrival.failure != null) {
        // Whoever asks again shall hear it again.
        failed(arrival.failure);
        throw arrival.failure;
      }
      return Optional.ofNullable(arrival.reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while waiting for answers on '" + name + "'", e);
    }
  }

  static Result resultOf(Reply reply) {
    try {
      return reply.result();
    } catch (PostageException e) {
      return Result.error("Malformed reply: " + e.getMessage());
    }
  }

  /** Deletes the queue. Harmless when closed already. */
  @Override
  public void close() {
    ReplyAddress open = address.getAndSet(null);
    if (open != null) {
      open.discard();
    }
  }
}
