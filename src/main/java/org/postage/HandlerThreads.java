package org.postage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a processor's handlers and tasks on an executor, in the order in which they come and so many
 * at once. Thread-safe.
 */
final class HandlerThreads implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(HandlerThreads.class);

  private final Executor executor;
  private final int max;

  // I1: `lock` guards these; nothing is run while it is held.
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;
  private final Map<Thread, Boolean> interrupted = new HashMap<>();

  HandlerThreads(Executor executor, int max) {
    this.executor = executor;
    this.max = max;
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      waiting.add(task);
      if (running == max) {
        return;
      }
      running++;
    } finally {
      lock.unlock();
    }
    try {
      executor.execute(this::runAll);
    } catch (RuntimeException | Error e) {
      // It takes no more, or has no thread to be had.
      if (withdraw(task)) {
        throw e;
      }
    }
  }

  /**
   * Whether the task was still waiting. What others put behind it finds another thread, or the next
   * task's.
   */
  private boolean withdraw(Runnable task) {
    lock.lock();
    try {
      running--;
      boolean isThere = waiting.remove(task);
      if (!waiting.isEmpty() && running == 0) {
        running++;
        startSpare();
      }
      return isThere;
    } finally {
      lock.unlock();
    }
  }

  // What was put behind it has nobody else to run it.
  private void startSpare() {
    Thread spare = new Thread(this::runAll, "postage-spare");
    spare.setDaemon(true);
    spare.start();
  }

  /** Interrupts whatever runs at this moment. */
  void interruptAll() {
    lock.lock();
    try {
      interrupted.replaceAll(
          (thread, before) -> {
            thread.interrupt();
            return true;
          });
    } finally {
      lock.unlock();
    }
  }

  private void runAll() {
    begun();
    try {
      runWaiting();
    } finally {
      ended();
    }
  }

  private void begun() {
    lock.lock();
    try {
      interrupted.put(Thread.currentThread(), false);
    } finally {
      lock.unlock();
    }
  }

  // The thread may be somebody else's: an interruption of ours is not for what it does next.
  private void ended() {
    lock.lock();
    try {
      if (Boolean.TRUE.equals(interrupted.remove(Thread.currentThread())) && Thread.interrupted()) {
        LOG.debug("A task ended without having seen its interruption");
      }
    } finally {
      lock.unlock();
    }
  }

  private void runWaiting() {
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (Throwable t) {
        // The next ones have to run all the same.
        LOG.error("A task failed", t);
      }
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      Runnable task = waiting.poll();
      if (task == null) {
        running--;
      }
      return task;
    } finally {
      lock.unlock();
    }
  }
}
