package org.postage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.postage.handler.FilterException;
import org.postage.handler.Invocation;
import org.postage.handler.RejectMessage;
import org.postage.handler.UnfitMessageException;
import org.postage.pipeline.Interceptor;
import org.postage.transport.Delivery;
import org.postage.transport.DeliveryExecutor;
import org.postage.transport.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link KillSwitch} at work: counts how handlers end, and holds deliveries back while it is
 * closed. The broker sends no more of them than the prefetch allows. Thread-safe.
 */
final class FailureGate implements Interceptor<Invocation, Outcome> {
  private static final Logger LOG = LoggerFactory.getLogger(FailureGate.class);

  private enum State {
    OPEN,
    CLOSED,
    /** One delivery is let through. */
    TRYING,
    /** What was held goes first, to keep its order. */
    OPENING
  }

  private record Held(DeliveryExecutor executor, Delivery delivery, Runnable task) {}

  private final String name;
  private final KillSwitch settings;
  private final ScheduledExecutorService timer;

  // I1: `lock` guards these; nothing is run while it is held.
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Held> held = new ArrayDeque<>();
  private final Deque<Boolean> failures = new ArrayDeque<>();
  private State state = State.OPEN;
  private boolean isStopped;
  // It opened without having tried one.
  private boolean isOnProbation;
  // How many were released and have not begun.
  private int releasing;

  FailureGate(String name, KillSwitch settings, ScheduledExecutorService timer) {
    this.name = name;
    this.settings = settings;
    this.timer = timer;
  }

  /** Whether it holds deliveries back. */
  boolean isClosed() {
    lock.lock();
    try {
      return state != State.OPEN;
    } finally {
      lock.unlock();
    }
  }

  /** Lets deliveries through to this executor, and holds them when their turn has come. */
  DeliveryExecutor before(DeliveryExecutor executor) {
    return (delivery, task) ->
        executor.execute(delivery, () -> passOrHold(new Held(executor, delivery, task)));
  }

  private void passOrHold(Held arrived) {
    lock.lock();
    try {
      if (state != State.OPEN && !isStopped) {
        held.addLast(arrived);
        return;
      }
    } finally {
      lock.unlock();
    }
    arrived.task.run();
  }

  @Override
  public Outcome intercept(Invocation invocation, Next<Invocation, Outcome> next) throws Exception {
    try {
      Outcome outcome = next.proceed(invocation);
      if (outcome == Outcome.ACK) {
        ended(false);
      }
      return outcome;
    } catch (FilterException | RejectMessage | UnfitMessageException e) {
      // The message's fault: it says nothing of how the handler is.
      throw e;
    } catch (Throwable t) {
      ended(true);
      throw t;
    }
  }

  /** Holds nothing back any more: what has not begun is to be left out by whoever stops. */
  void stop() {
    lock.lock();
    try {
      isStopped = true;
    } finally {
      lock.unlock();
    }
    releaseHeld();
  }

  private void ended(boolean hasFailed) {
    boolean opens;
    lock.lock();
    try {
      opens = state == State.TRYING && !hasFailed;
      if (!hasFailed && isOnProbation) {
        failures.clear();
      }
      isOnProbation = false;
      failures.addLast(hasFailed);
      if (failures.size() > settings.window()) {
        failures.removeFirst();
      }
      if (opens) {
        state = State.OPENING;
        failures.clear();
      } else if (state == State.TRYING || (state == State.OPEN && hasFailed && isTooMuch())) {
        close();
      }
    } finally {
      lock.unlock();
    }
    if (opens) {
      LOG.info("{}: a message was handled; it goes on", name);
      releaseHeld();
    }
  }

  private boolean isTooMuch() {
    long count = failures.stream().filter(hasFailed -> hasFailed).count();
    return failures.size() == settings.window()
        && count >= settings.failureRate() * settings.window();
  }

  // Called with the lock held.
  private void close() {
    if (state == State.OPEN) {
      LOG.error(
          "{}: {} of the last {} messages failed; it pauses, and tries one after {}",
          name,
          failures.stream().filter(hasFailed -> hasFailed).count(),
          settings.window(),
          settings.pause());
    }
    state = State.CLOSED;
    try {
      timer.schedule(this::tryOne, settings.pause().toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("{} is closed; it tries no more", name);
    }
  }

  private void tryOne() {
    Held one;
    lock.lock();
    try {
      if (state != State.CLOSED || isStopped) {
        return;
      }
      one = held.pollFirst();
      state = one == null ? State.OPEN : State.TRYING;
      if (one == null) {
        beginProbation();
      }
    } finally {
      lock.unlock();
    }
    if (one != null) {
      run(one, () -> tried(one.task));
    }
  }

  // With nothing to try, the next one that comes is it. Called with the lock held.
  private void beginProbation() {
    isOnProbation = true;
    failures.clear();
    for (int i = 1; i < settings.window(); i++) {
      failures.addLast(true);
    }
  }

  private void tried(Runnable task) {
    try {
      task.run();
    } finally {
      if (hasSaidNothing()) {
        tryOne();
      }
    }
  }

  // It reached no handler, or told nothing of it.
  private boolean hasSaidNothing() {
    lock.lock();
    try {
      if (state != State.TRYING) {
        return false;
      }
      state = State.CLOSED;
      return true;
    } finally {
      lock.unlock();
    }
  }

  // What is released waits behind what has come meanwhile; that is held in its turn, until all of
  // the former have begun.
  private void releaseHeld() {
    List<Held> released;
    lock.lock();
    try {
      released = new ArrayList<>(held);
      held.clear();
      releasing = released.size();
      if (released.isEmpty()) {
        state = State.OPEN;
      }
    } finally {
      lock.unlock();
    }
    for (Held each : released) {
      run(each, () -> begun(each.task));
    }
  }

  private void begun(Runnable task) {
    boolean isLast;
    lock.lock();
    try {
      releasing--;
      isLast = releasing == 0 && state == State.OPENING;
    } finally {
      lock.unlock();
    }
    if (isLast) {
      releaseHeld();
    }
    task.run();
  }

  private void run(Held one, Runnable task) {
    try {
      one.executor.execute(one.delivery, task);
    } catch (RejectedExecutionException e) {
      LOG.warn("{}: its executor takes no more at the moment; it pauses", name);
      lock.lock();
      try {
        held.addFirst(one);
        close();
      } finally {
        lock.unlock();
      }
    }
  }
}
