package org.postage.producer;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postage.message.MalformedMessageException;
import org.postage.message.Result;
import org.postage.topology.Destination;

/**
 * Many answers to one request: what a method returns that asks everybody and gathers what comes.
 *
 * <p>Going through it waits for answers, until there are {@link SendOption#maxReplies} of them or
 * the {@link SendOption#timeout} is over; then its queue is deleted. It can be gone through once.
 * Answers that are no values are left out, and kept in {@link #failures()}. Not thread-safe.
 *
 * @param <T> what each answer's value is
 */
public final class Replies<T> implements Iterable<T>, AutoCloseable {
  private final ReplyQueue queue;
  private final String request;
  private final Destination to;
  private final Type type;
  private final int max;
  private final long deadline;
  private final List<Result> failures = new CopyOnWriteArrayList<>();
  private int seen;

  Replies(ReplyQueue queue, String request, Destination to, Type type, int max, Duration timeout) {
    this.queue = queue;
    this.request = request;
    this.to = to;
    this.type = type;
    this.max = max;
    deadline = System.nanoTime() + timeout.toNanos();
  }

  /** All values, when all are there or the time is over. */
  public List<T> toList() {
    List<T> values = new ArrayList<>();
    forEach(values::add);
    return values;
  }

  /** Errors and exceptions among the answers seen so far. */
  public List<Result> failures() {
    return List.copyOf(failures);
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private Optional<T> next = Optional.empty();

      @Override
      public boolean hasNext() {
        if (next.isEmpty()) {
          next = take();
        }
        return next.isPresent();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException("no more answers to '" + request + "'");
        }
        T value = next.orElseThrow();
        next = Optional.empty();
        return value;
      }
    };
  }

  /** Takes no more answers. */
  @Override
  public void close() {
    queue.close();
  }

  private Optional<T> take() {
    try {
      return nextValue();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Optional<T> nextValue() {
    while (seen < max) {
      Optional<Reply> reply =
          queue.nextReply(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      if (reply.isEmpty()) {
        break;
      }
      seen++;
      Result result = ReplyQueue.resultOf(reply.get());
      if (!(result instanceof Result.Success)) {
        failures.add(result);
        continue;
      }
      try {
        @SuppressWarnings("unchecked") // The type is T's, from the method's signature.
        T value = (T) reply.get().value(result, request, to, type);
        if (value != null) {
          return Optional.of(value);
        }
      } catch (MalformedMessageException e) {
        failures.add(Result.error("Malformed reply: " + e.getMessage()));
      }
    }
    close();
    return Optional.empty();
  }
}
