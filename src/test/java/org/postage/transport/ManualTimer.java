package org.postage.transport;

import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A clock that a test moves: what is due runs in the test's thread. Thread-safe. */
public final class ManualTimer extends AbstractExecutorService implements ScheduledExecutorService {
  private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
  private long now;
  private long count;
  private final boolean runsAtOnce;

  /** One that runs at once what is to be run without a delay. */
  public ManualTimer() {
    this(true);
  }

  /** One that may also leave to the next {@link #advance} what is to be run without a delay. */
  public ManualTimer(boolean runsAtOnce) {
    this.runsAtOnce = runsAtOnce;
  }

  /** Lets time pass, and runs what becomes due, in order. */
  public void advance(Duration duration) {
    long until;
    synchronized (this) {
      until = now + duration.toNanos();
    }
    for (Task<?> task = next(until); task != null; task = next(until)) {
      task.run();
    }
    synchronized (this) {
      now = until;
    }
  }

  /** How many tasks wait and were not cancelled. */
  public synchronized long waiting() {
    return tasks.stream().filter(task -> !task.isCancelled()).count();
  }

  private synchronized @Nullable Task<?> next(long until) {
    Task<?> first = tasks.peek();
    if (first == null || first.due > until) {
      return null;
    }
    tasks.remove(first);
    now = first.due;
    return first;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(() -> run(command), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return add(callable, delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("once only");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    // What only watches is no part of what a test plays.
    return new ManualTimer().schedule(command, initialDelay, unit);
  }

  @Override
  public void execute(Runnable command) {
    if (runsAtOnce) {
      command.run();
    } else {
      schedule(command, 0, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }

  private static Boolean run(Runnable command) {
    command.run();
    return true;
  }

  private synchronized <V> Task<V> add(Callable<V> callable, long delay, TimeUnit unit) {
    count++;
    Task<V> task = new Task<>(callable, now + unit.toNanos(delay), count);
    tasks.add(task);
    return task;
  }

  private static final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long due;
    private final long number;

    Task(Callable<V> callable, long due, long number) {
      super(callable);
      this.due = due;
      this.number = number;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Task<?> task = (Task<?>) other;
      return due == task.due ? Long.compare(number, task.number) : Long.compare(due, task.due);
    }
  }
}
