package org.postage.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.postage.Postage;
import org.postage.Stats;

/**
 * Has a {@link Postage} tell Micrometer what it does.
 *
 * <pre>{@code
 * Postage postage = PostageMetrics.register(Postage.builder(), registry).connect();
 * }</pre>
 *
 * <p>Messages that are sent:
 *
 * <ul>
 *   <li>{@code postage.published} (counter; producer, outcome): messages whose fate is known.
 *       Outcomes: confirmed, returned, nacked, blocked, not_sent, unknown, failed
 *   <li>{@code postage.calls} (timer; producer, outcome): requests, from the call until its end
 *       with all its retries. Outcomes: answered, whatever the answer says; timeout, cancelled, and
 *       those above but confirmed
 *   <li>{@code postage.in.flight} (gauge): messages on their way to be confirmed
 *   <li>{@code postage.blocked} (gauge): 1 while the broker takes none, otherwise 0
 *   <li>{@code postage.reconnects} (counter): connections made anew
 *   <li>{@code postage.resent} (counter): messages written again, not being confirmed in time by a
 *       connection that was lost
 * </ul>
 *
 * <p>Messages that are consumed:
 *
 * <ul>
 *   <li>{@code postage.handled} (timer; processor, handler, outcome): runs of handlers, tries in
 *       place included. Outcomes: ok, filtered, rejected, failed
 *   <li>{@code postage.handlers.active} (gauge; processor): handlers that run
 *   <li>{@code postage.consumed}, {@code .unreadable}, {@code .unhandled}, {@code .overdue}, {@code
 *       .retried}, {@code .parked}, {@code .rejected}, {@code .requeued} (counters): see {@link
 *       org.postage.handler.DeliveryStats}
 * </ul>
 *
 * <p>The label {@code producer} is the interface's method that sends, as {@code
 * EchoProducer.message_echo}, or {@code other} for messages that are built by hand; {@code handler}
 * is the class and method that handles; {@code processor} its name. No label comes from a message,
 * nor from the name of a queue, which a peer may choose when it has a group joined. Bodies that are
 * forwarded untouched and replies are not counted as published.
 */
public final class PostageMetrics {
  private PostageMetrics() {}

  /**
   * Adds the meters to what is built.
   *
   * <p>When the {@link Postage} is closed, the meters that read it are removed; counters and timers
   * of what happened stay, since the next connection may go on with them.
   *
   * @param tags put on each meter. Where several at a time use one registry, these have to differ;
   *     otherwise connecting fails
   * @return the builder
   */
  public static Postage.Builder register(
      Postage.Builder builder, MeterRegistry registry, Tag... tags) {
    requireNonNull(registry, "registry");
    Tags common = Tags.of(tags);
    return builder
        .interceptOutgoing(new OutgoingMeters(registry, common))
        .interceptIncoming(new IncomingMeters(registry, common))
        .alongside(postage -> new Readings(postage, registry, common));
  }

  /** The meters that read a {@link Postage}, as long as it is open. */
  private static final class Readings implements AutoCloseable {
    private final Postage postage;
    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();

    Readings(Postage postage, MeterRegistry registry, Tags tags) {
      this.postage = postage;
      this.registry = registry;
      this.tags = tags;
      Set<Meter> others = new HashSet<>(registry.getMeters());
      Meter first =
          gauge("postage.in.flight", "Messages to be confirmed", s -> s.transport().inFlight());
      // Micrometer would go on to show the other one's, and say nothing.
      if (others.contains(first)) {
        throw new IllegalStateException(
            "meter "
                + first.getId().getName()
                + " with tags "
                + tags.stream().toList()
                + ": another Postage's (expected: tags by which they differ)");
      }
      meters.add(first);
      meters.add(
          gauge(
              "postage.blocked",
              "Whether the broker takes no messages",
              s -> s.transport().isBlocked() ? 1 : 0));
      count("reconnects", "Connections made anew", s -> s.transport().reconnects());
      count("resent", "Messages written again", s -> s.transport().resent());
      count("consumed", "Messages that were looked at", s -> s.deliveries().consumed());
      count("unreadable", "Messages that can't be read", s -> s.deliveries().unreadable());
      count("unhandled", "Messages without a handler", s -> s.deliveries().unhandled());
      count("overdue", "Requests that nobody waited for", s -> s.deliveries().overdue());
      count("retried", "Messages to be handled again", s -> s.deliveries().retried());
      count("parked", "Messages that were parked", s -> s.deliveries().parked());
      count("rejected", "Messages dropped or dead-lettered", s -> s.deliveries().rejected());
      count("requeued", "Messages put back", s -> s.deliveries().requeued());
    }

    private Meter gauge(String name, String description, ToDoubleFunction<Stats> value) {
      return Gauge.builder(name, postage, p -> value.applyAsDouble(p.stats()))
          .description(description)
          .tags(tags)
          .register(registry);
    }

    private void count(String name, String description, ToDoubleFunction<Stats> value) {
      meters.add(
          FunctionCounter.builder("postage." + name, postage, p -> value.applyAsDouble(p.stats()))
              .description(description)
              .tags(tags)
              .register(registry));
    }

    @Override
    public void close() {
      meters.forEach(registry::remove);
    }
  }
}
