package org.postage.handler;

import java.time.Duration;
import java.util.Optional;
import org.postage.pipeline.Context;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.RetryPolicy;
import org.postage.transport.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a handler again while its message is held, where its policy says so: what comes after it in
 * its order waits. Thread-safe.
 */
public final class RetryInPlace implements Interceptor<Invocation, Outcome> {
  private static final Logger LOG = LoggerFactory.getLogger(RetryInPlace.class);

  private final Optional<RetryPolicy> standard;

  /** With this policy for handlers that have none of their own. */
  public RetryInPlace(Optional<RetryPolicy> standard) {
    this.standard = standard;
  }

  @Override
  public Outcome intercept(Invocation invocation, Next<Invocation, Outcome> next) throws Exception {
    Optional<RetryPolicy> policy =
        invocation.handler().retry().or(() -> standard).filter(RetryPolicy::isInPlace);
    for (int attempt = 1; ; attempt++) {
      try {
        return next.proceed(invocation);
      } catch (FilterException | RejectMessage | UnfitMessageException e) {
        throw e;
      } catch (Exception e) {
        int soFar = attempt;
        Duration pause = policy.flatMap(p -> p.pauseAfter(soFar, e)).orElse(null);
        // Nobody would wait for what comes of the next one.
        if (pause == null || Context.current().limit(pause).compareTo(pause) < 0) {
          throw e;
        }
        LOG.warn(
            "{}: attempt {} of {} failed; the next one follows after {} ms",
            invocation.processor().name(),
            attempt,
            invocation.handler().id(),
            pause.toMillis(),
            e);
        pause(pause, e);
      }
    }
  }

  private static void pause(Duration pause, Exception failure) throws InterruptedException {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      e.addSuppressed(failure);
      throw e;
    }
  }
}
