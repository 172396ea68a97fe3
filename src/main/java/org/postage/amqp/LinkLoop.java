package org.postage.amqp;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A link's one thread, and another one that watches over it. Thread-safe. */
final class LinkLoop {
  private static final Logger LOG = LoggerFactory.getLogger(LinkLoop.class);

  private final String name;
  private final ScheduledExecutorService loop;
  // Apart from the loop, which may itself hang in a frozen socket.
  private final ScheduledExecutorService watchdog;
  // Whoever waits for a task that may never run, if this is shut down before.
  private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
  // System.nanoTime() of when the task began that runs now; 0 while none does.
  private volatile long busySince;

  LinkLoop(String name) {
    this(name, thread(name + "-link"), thread(name + "-watchdog"));
  }

  LinkLoop(String name, ScheduledExecutorService loop, ScheduledExecutorService watchdog) {
    this.name = name;
    this.loop = loop;
    this.watchdog = watchdog;
  }

  private static ScheduledExecutorService thread(String name) {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, task -> BrokerConnection.daemon(task, name));
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return thread;
  }

  /**
   * Runs a task after those that wait already.
   *
   * @throws RejectedExecutionException if this is shut down
   */
  void submit(Runnable task) {
    loop.execute(() -> run(task));
  }

  /**
   * Does something on the loop, and waits for it.
   *
   * @throws TransportException if it fails or has not ended after that time; it goes on then
   * @throws IllegalStateException if this is shut down
   */
  @SuppressWarnings("CollectionUndefinedEquality") // Futures are what they are.
  <T extends @Nullable Object> T call(String asked, Callable<T> action, Duration patience) {
    CompletableFuture<T> result = new CompletableFuture<>();
    waiting.add(result);
    try {
      submit(
          () -> {
            try {
              result.complete(action.call());
            } catch (Throwable failure) {
              result.completeExceptionally(Refusals.translate(asked, failure));
            }
          });
      return await(result, asked, patience);
    } catch (RejectedExecutionException | CancellationException e) {
      throw new IllegalStateException(asked + ": closed", e);
    } finally {
      waiting.remove(result);
    }
  }

  /** Waits for something that happens on a loop. */
  static <T extends @Nullable Object> T await(
      CompletableFuture<T> result, String asked, Duration patience) {
    try {
      return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw Refusals.translate(asked, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new TransportException(asked + ": no answer within " + patience, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException(asked + ": interrupted", e);
    }
  }

  /** Runs a task; drops it if this is shut down. */
  void execute(Runnable task) {
    later(task, 0);
  }

  /** Runs a task after a pause, unless it is cancelled before; null if this is shut down. */
  @Nullable Future<?> later(Runnable task, long millis) {
    try {
      return loop.schedule(() -> run(task), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("{} is closed; a task for it was dropped", name);
      return null;
    }
  }

  /** Runs something again and again, on a thread that never waits for the broker. */
  void watch(Duration interval, Runnable task) {
    watchdog.scheduleWithFixedDelay(
        () -> guarded(task), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What runs at the moment came a step further: it does not hang. */
  void progress() {
    if (busySince != 0) {
      busySince = now();
    }
  }

  /** For how long the task that runs now has made no progress; zero while none runs. */
  Duration stuckFor() {
    long since = busySince;
    return since == 0 ? Duration.ZERO : Duration.ofNanos(now() - since);
  }

  void shutdownNow() {
    loop.shutdownNow();
    watchdog.shutdownNow();
    waiting.forEach(result -> result.cancel(false));
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
