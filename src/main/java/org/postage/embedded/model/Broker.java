package org.postage.embedded.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The virtual hosts, the one lock that guards them, and the clock that drives them.
 *
 * <p>Thread-safe through {@link #locked}: whoever touches a virtual host, or anything in it, does
 * so inside. Nothing inside may block: what goes to a client is queued (see {@link Receiver}).
 */
public final class Broker {
  /** The virtual host that every broker has. */
  public static final String DEFAULT_VHOST = "/";

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition planChanged = lock.newCondition();
  private final Timetable timetable = new Timetable(planChanged::signalAll);
  private final Map<String, VirtualHost> vhosts = new TreeMap<>();
  private final Set<String> named;

  /**
   * With the named virtual hosts only, or, where {@code named} is empty, with any that is asked
   * for.
   */
  public Broker(Set<String> named) {
    this.named = Set.copyOf(named);
    for (String name : named.isEmpty() ? Set.of(DEFAULT_VHOST) : named) {
      vhosts.put(name, new VirtualHost(name, timetable));
    }
  }

  /** Runs {@code action} alone; what was due before it is done before it. */
  public <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      // Within another action it would run in the middle of that one.
      if (lock.getHoldCount() == 1) {
        timetable.runDue();
      }
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #locked(Supplier)}, for an action without a result. */
  public void locked(Runnable action) {
    locked(
        () -> {
          action.run();
          return true;
        });
  }

  /** The virtual host of that name, made now if the broker has any that is asked for. */
  public Optional<VirtualHost> vhost(String name) {
    if (named.isEmpty()) {
      return Optional.of(vhosts.computeIfAbsent(name, n -> new VirtualHost(n, timetable)));
    }
    return Optional.ofNullable(vhosts.get(name));
  }

  /** All virtual hosts, by name. */
  public List<VirtualHost> vhosts() {
    return new ArrayList<>(vhosts.values());
  }

  /** Moves the clock on and does, in order, what falls due. */
  public void advance(Duration by) {
    locked(() -> timetable.advance(by));
  }

  /**
   * Forgets what does not outlive a restart: exclusive and transient queues, transient messages and
   * exchanges.
   */
  public void restart() {
    locked(() -> vhosts.values().forEach(VirtualHost::restart));
  }

  /** Does what falls due, when it does, until the thread is interrupted. */
  public void keepTime() {
    lock.lock();
    try {
      while (true) {
        timetable.runDue();
        OptionalLong next = timetable.untilNext();
        if (next.isEmpty()) {
          planChanged.await();
        } else if (next.getAsLong() > 0) {
          // Either a sooner timer or the time itself ends the wait; the loop looks again.
          boolean unused = planChanged.await(next.getAsLong(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
