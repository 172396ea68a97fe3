package org.postage.service;

import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs methods on workers, at fixed times. Thread-safe. */
final class Timers {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

  /**
   * A method that runs again and again.
   *
   * @param id what logs call it
   * @param call takes nothing
   */
  record Timer(String id, Duration interval, boolean atOnce, MethodHandle call) {}

  private final Executor workers;
  private final ScheduledThreadPoolExecutor clock;

  Timers(Executor workers) {
    this.workers = workers;
    clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "postage-service-timers");
              thread.setDaemon(true);
              return thread;
            });
  }

  void start(Timer timer) {
    AtomicBoolean isBusy = new AtomicBoolean();
    long interval = timer.interval.toNanos();
    clock.scheduleAtFixedRate(
        () -> due(timer, isBusy), timer.atOnce ? 0 : interval, interval, TimeUnit.NANOSECONDS);
  }

  /** Nothing begins any more; what runs goes on. */
  void stop() {
    clock.shutdownNow();
  }

  private void due(Timer timer, AtomicBoolean isBusy) {
    if (!isBusy.compareAndSet(false, true)) {
      LOG.debug("{} still runs: left out once", timer.id);
      return;
    }
    try {
      workers.execute(() -> run(timer, isBusy));
    } catch (RejectedExecutionException e) {
      isBusy.set(false);
      LOG.debug("{}: its workers have stopped", timer.id);
    }
  }

  private static void run(Timer timer, AtomicBoolean isBusy) {
    try {
      Object ignored = timer.call.invoke();
    } catch (Throwable t) {
      LOG.error("{} failed", timer.id, t);
    } finally {
      isBusy.set(false);
    }
  }
}
