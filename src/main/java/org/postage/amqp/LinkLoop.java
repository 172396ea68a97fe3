package org.postage.amqp;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A link's one thread, and another one that watches over it. Thread-safe. */
final class LinkLoop {
  private static final Logger LOG = LoggerFactory.getLogger(LinkLoop.class);

  private final String name;
  private final ScheduledExecutorService loop;
  // Apart from the loop, which may itself hang in a frozen socket.
  private final ScheduledExecutorService watchdog;
  // System.nanoTime() of when the task began that runs now; 0 while none does.
  private volatile long busySince;

  LinkLoop(String name, ScheduledExecutorService loop, ScheduledExecutorService watchdog) {
    this.name = name;
    this.loop = loop;
    this.watchdog = watchdog;
  }

  /**
   * Runs a task after those that wait already.
   *
   * @throws RejectedExecutionException if this is shut down
   */
  void submit(Runnable task) {
    loop.execute(() -> run(task));
  }

  /** Runs a task; drops it if this is shut down. */
  void execute(Runnable task) {
    later(task, 0);
  }

  void later(Runnable task, long millis) {
    try {
      loop.schedule(() -> run(task), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("{} is closed; a task for it was dropped", name);
    }
  }

  /** Runs something again and again, on a thread that never waits for the broker. */
  void watch(Duration interval, Runnable task) {
    watchdog.scheduleWithFixedDelay(
        () -> guarded(task), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What runs at the moment came a step further: it does not hang. */
  void progress() {
    busySince = now();
  }

  /** For how long the task that runs now has made no progress; zero while none runs. */
  Duration stuckFor() {
    long since = busySince;
    return since == 0 ? Duration.ZERO : Duration.ofNanos(now() - since);
  }

  void shutdownNow() {
    loop.shutdownNow();
    watchdog.shutdownNow();
  }

  void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable t) {
      // Also an error: what is done again and again would not be, and nobody told.
      LOG.error("A task of {} failed", name, t);
    }
  }

  private void run(Runnable task) {
    busySince = now();
    try {
      guarded(task);
    } finally {
      busySince = 0;
    }
  }

  // 0 means that nothing runs.
  private static long now() {
    long now = System.nanoTime();
    return now == 0 ? 1 : now;
  }
}
