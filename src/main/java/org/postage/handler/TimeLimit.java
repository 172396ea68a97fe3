package org.postage.handler;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postage.pipeline.Interceptor;
import org.postage.transport.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupts handlers that take too long, and has them count as failed, once they have ended: a
 * thread can't be taken from code that goes on with it. Thread-safe.
 */
public final class TimeLimit implements Interceptor<Invocation, Outcome> {
  private static final Logger LOG = LoggerFactory.getLogger(TimeLimit.class);

  private final Duration limit;
  private final ScheduledExecutorService timer;

  /**
   * Limits the time of each call.
   *
   * @param limit more than nothing
   */
  public TimeLimit(Duration limit, ScheduledExecutorService timer) {
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("time limit: " + limit + " (expected: more than PT0S)");
    }
    this.limit = limit;
    this.timer = timer;
  }

  @Override
  public Outcome intercept(Invocation invocation, Next<Invocation, Outcome> next) throws Exception {
    String handler = invocation.handler().id();
    Run run = new Run(handler, Thread.currentThread());
    Future<?> alarm = timer.schedule(run::interrupt, limit.toNanos(), TimeUnit.NANOSECONDS);
    Throwable failure = null;
    Outcome outcome = Outcome.ACK;
    try {
      outcome = next.proceed(invocation);
    } catch (Throwable t) {
      failure = t;
    }
    alarm.cancel(false);
    if (run.endsOverdue()) {
      throw new HandlerTimeoutException(handler, limit, failure);
    }
    rethrow(failure);
    return outcome;
  }

  private static void rethrow(@Nullable Throwable failure) throws Exception {
    if (failure instanceof Exception exception) {
      throw exception;
    } else if (failure instanceof Error error) {
      throw error;
    }
  }

  private final class Run {
    private final String handler;
    private final Thread thread;
    private boolean hasEnded;
    private boolean isOverdue;

    Run(String handler, Thread thread) {
      this.handler = handler;
      this.thread = thread;
    }

    // Never after the end: it would hit what the thread does next.
    synchronized void interrupt() {
      if (!hasEnded) {
        isOverdue = true;
        LOG.warn("{} runs longer than its limit of {}; it is interrupted", handler, limit);
        thread.interrupt();
      }
    }

    synchronized boolean endsOverdue() {
      hasEnded = true;
      if (isOverdue && Thread.interrupted()) {
        LOG.debug("{} ended without having seen its interruption", handler);
      }
      return isOverdue;
    }
  }
}
