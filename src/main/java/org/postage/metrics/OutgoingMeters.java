package org.postage.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postage.pipeline.Interceptor;
import org.postage.producer.Publication;
import org.postage.producer.Publication.ReplyMode;
import org.postage.producer.Receipt;
import org.postage.producer.RequestTimeoutException;
import org.postage.transport.BrokerBlockedException;
import org.postage.transport.NackedException;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.UnroutableException;

/** Counts what becomes of messages that are sent, and times requests. Thread-safe. */
final class OutgoingMeters implements Interceptor<Publication, Receipt> {
  private record Key(String producer, String outcome) {
    Tags tags() {
      return Tags.of("producer", producer, "outcome", outcome);
    }
  }

  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Tags tags;
  // Micrometer's own look-up would build an id each time.
  private final Map<Key, Counter> published = new ConcurrentHashMap<>();
  private final Map<Key, Timer> calls = new ConcurrentHashMap<>();

  OutgoingMeters(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
  }

  @Override
  public Receipt intercept(Publication publication, Next<Publication, Receipt> next)
      throws Exception {
    long start = registry.config().clock().monotonicTime();
    Receipt receipt;
    try {
      receipt = next.proceed(publication);
    } catch (Throwable t) {
      ended(publication, start, t);
      throw t;
    }
    receipt.confirmed().whenComplete((v, failure) -> ended(publication, start, failure));
    return receipt;
  }

  private void ended(Publication publication, long start, @Nullable Throwable failure) {
    String method = publication.method();
    String producer = method == null ? OTHER : method;
    if (publication.replies() == ReplyMode.ONE) {
      calls
          .computeIfAbsent(new Key(producer, outcome(failure, "answered")), this::timer)
          .record(registry.config().clock().monotonicTime() - start, TimeUnit.NANOSECONDS);
    } else {
      published
          .computeIfAbsent(new Key(producer, outcome(failure, "confirmed")), this::counter)
          .increment();
    }
  }

  private Timer timer(Key key) {
    return Timer.builder("postage.calls")
        .description("Requests, from the call until its end")
        .tags(tags.and(key.tags()))
        .register(registry);
  }

  private Counter counter(Key key) {
    return Counter.builder("postage.published")
        .description("Messages whose fate is known")
        .tags(tags.and(key.tags()))
        .register(registry);
  }

  private static String outcome(@Nullable Throwable failure, String success) {
    if (failure == null) {
      return success;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof UnroutableException) {
      return "returned";
    } else if (cause instanceof NackedException) {
      return "nacked";
    } else if (cause instanceof BrokerBlockedException) {
      return "blocked";
    } else if (cause instanceof NotSentException) {
      return "not_sent";
    } else if (cause instanceof OutcomeUnknownException) {
      return "unknown";
    } else if (cause instanceof RequestTimeoutException) {
      return "timeout";
    }
    return cause instanceof CancellationException ? "cancelled" : "failed";
  }
}
