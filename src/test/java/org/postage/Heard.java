package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What handlers were given, for the test to take in its order. Thread-safe. */
public final class Heard<T> {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final BlockingQueue<T> unread = new LinkedBlockingQueue<>();

  /** Notes something; called by handlers. */
  public void add(T value) {
    unread.add(value);
  }

  /** The next that was not taken yet. Fails if none comes in time. */
  public T next() {
    T value = poll(LIMIT);
    if (value == null) {
      throw new AssertionError("nothing was heard within " + LIMIT);
    }
    return value;
  }

  /** The next ones. */
  public List<T> next(int count) {
    List<T> values = new ArrayList<>();
    while (values.size() < count) {
      T value = poll(LIMIT);
      if (value == null) {
        throw new AssertionError("within " + LIMIT + " only these were heard: " + values);
      }
      values.add(value);
    }
    return values;
  }

  /** How many wait to be taken. */
  public int size() {
    return unread.size();
  }

  /** Fails if anything is heard within this time. */
  public void staysSilentFor(Duration time) {
    assertThat(poll(time)).as("heard, while nothing should be").isNull();
  }

  private @Nullable T poll(Duration limit) {
    try {
      return unread.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for what is heard", e);
    }
  }
}
