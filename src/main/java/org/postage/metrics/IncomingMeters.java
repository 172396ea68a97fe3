package org.postage.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.postage.handler.FilterException;
import org.postage.handler.Invocation;
import org.postage.handler.RejectMessage;
import org.postage.pipeline.Interceptor;
import org.postage.transport.Outcome;

/** Times handlers, by how they end, and counts those that run. Thread-safe. */
final class IncomingMeters implements Interceptor<Invocation, Outcome> {
  private record Key(String processor, String handler, String outcome) {}

  private final MeterRegistry registry;
  private final Tags tags;
  // Micrometer's own look-up would build an id each time.
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> active = new ConcurrentHashMap<>();

  IncomingMeters(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
  }

  @Override
  public Outcome intercept(Invocation invocation, Next<Invocation, Outcome> next) throws Exception {
    String processor = invocation.processor().name();
    AtomicInteger running = active.computeIfAbsent(processor, this::gauge);
    String ending = "failed";
    long start = registry.config().clock().monotonicTime();
    running.incrementAndGet();
    try {
      Outcome outcome = next.proceed(invocation);
      ending = outcome == Outcome.ACK ? "ok" : "rejected";
      return outcome;
    } catch (FilterException e) {
      ending = "filtered";
      throw e;
    } catch (RejectMessage e) {
      ending = "rejected";
      throw e;
    } finally {
      running.decrementAndGet();
      timers
          .computeIfAbsent(new Key(processor, invocation.handler().id(), ending), this::timer)
          .record(registry.config().clock().monotonicTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  private AtomicInteger gauge(String processor) {
    AtomicInteger running = new AtomicInteger();
    Gauge.builder("postage.handlers.active", running, AtomicInteger::get)
        .description("Handlers that run")
        .tags(tags.and("processor", processor))
        // It holds a number and nothing else.
        .strongReference(true)
        .register(registry);
    return running;
  }

  private Timer timer(Key key) {
    return Timer.builder("postage.handled")
        .description("Runs of handlers")
        .tags(tags.and("processor", key.processor, "handler", key.handler, "outcome", key.outcome))
        .register(registry);
  }
}
