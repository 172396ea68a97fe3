package org.postage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postage.transport.Delivery;
import org.postage.transport.DeliveryExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs deliveries with equal keys one after the other, in the order in which they came, and others
 * beside them. Thread-safe.
 */
final class OrderedThreads implements DeliveryExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(OrderedThreads.class);

  private final Function<Delivery, @Nullable Object> keys;
  private final Executor sorting;
  private final Executor threads;

  // I1: `lock` guards these; nothing is run while it is held. A key is there while one of its tasks
  // runs or is about to.
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Object, Deque<Runnable>> lanes = new HashMap<>();

  /**
   * Sorts deliveries.
   *
   * @param keys what a delivery is sorted by; null for those that need no order
   * @param sorting finds the keys, one at a time: they are read out of the messages
   * @param threads runs the deliveries
   */
  OrderedThreads(Function<Delivery, @Nullable Object> keys, Executor sorting, Executor threads) {
    this.keys = keys;
    this.sorting = sorting;
    this.threads = threads;
  }

  @Override
  public void execute(Delivery delivery, Runnable task) {
    sorting.execute(() -> sort(delivery, task));
  }

  private void sort(Delivery delivery, Runnable task) {
    Object key;
    boolean isFree;
    try {
      key = keys.apply(delivery);
      isFree = key == null || takeLane(key, task);
    } catch (Throwable t) {
      // Whatever a user's key does, its message has to be handled.
      LOG.warn("A message could not be sorted; it is handled without order", t);
      runOnThreads(task);
      return;
    }
    if (key == null) {
      runOnThreads(task);
    } else if (isFree) {
      Object lane = key;
      runOnThreads(() -> runInLane(lane, task));
    }
  }

  /** Whether nothing of this key runs; otherwise the task waits behind it. */
  private boolean takeLane(Object key, Runnable task) {
    lock.lock();
    try {
      Deque<Runnable> lane = lanes.get(key);
      if (lane != null) {
        lane.addLast(task);
        return false;
      }
      lanes.put(key, new ArrayDeque<>());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void runInLane(Object key, Runnable task) {
    try {
      task.run();
    } finally {
      Runnable next = nextOf(key);
      if (next != null) {
        // Behind what waits already: one key must not keep a thread for itself.
        runOnThreads(() -> runInLane(key, next));
      }
    }
  }

  private @Nullable Runnable nextOf(Object key) {
    lock.lock();
    try {
      Deque<Runnable> lane = lanes.get(key);
      Runnable next = lane == null ? null : lane.pollFirst();
      if (next == null) {
        lanes.remove(key);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void runOnThreads(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.warn("The executor takes no more; a message is handled where messages are sorted");
      task.run();
    }
  }
}
