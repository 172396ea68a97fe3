package org.postage;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postage.handler.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks after a while and again and again, run where a processor's handlers run. Thread-safe. */
final class ProcessorTasks {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessorTasks.class);

  private final String name;
  private final ScheduledExecutorService timer;
  private final Executor threads;
  private final Set<Entry> entries = ConcurrentHashMap.newKeySet();
  private volatile boolean isStopped;

  ProcessorTasks(String name, ScheduledExecutorService timer, Executor threads) {
    this.name = name;
    this.timer = timer;
    this.threads = threads;
  }

  Processor.Task after(Duration delay, Runnable task) {
    return add(delay, null, task);
  }

  Processor.Task every(Duration interval, Runnable task) {
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException("interval: " + interval + " (expected: more than PT0S)");
    }
    return add(interval, interval, task);
  }

  /** Runs a task that may fail without harm to others. */
  void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("{}: a task failed", name, e);
    }
  }

  void stop() {
    isStopped = true;
    entries.forEach(Entry::cancel);
  }

  private Entry add(Duration delay, @Nullable Duration interval, Runnable task) {
    Entry entry = new Entry(interval, task);
    entries.add(entry);
    entry.schedule(delay);
    return entry;
  }

  private final class Entry implements Processor.Task {
    private final @Nullable Duration interval;
    private final Runnable task;
    private volatile @Nullable Future<?> next;
    private volatile boolean isCancelled;

    Entry(@Nullable Duration interval, Runnable task) {
      this.interval = interval;
      this.task = task;
    }

    void schedule(Duration delay) {
      if (isStopped || isCancelled) {
        return;
      }
      try {
        next = timer.schedule(this::due, delay.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("{} has stopped; a task of it was dropped", name);
      }
    }

    private void due() {
      try {
        threads.execute(this::runOnce);
      } catch (RejectedExecutionException e) {
        LOG.warn("{}: its executor takes no more; a task was left out", name);
        again();
      }
    }

    private void runOnce() {
      if (isStopped || isCancelled) {
        return;
      }
      run(task);
      again();
    }

    private void again() {
      if (interval == null) {
        entries.remove(this);
      } else {
        schedule(interval);
      }
    }

    @Override
    public void cancel() {
      isCancelled = true;
      Future<?> scheduled = next;
      if (scheduled != null) {
        scheduled.cancel(false);
      }
      entries.remove(this);
    }
  }
}
