package org.postage.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a message waits in the broker, with no plugin: a ladder of queues in which a message lives
 * 100 ms, 200 ms, 400 ms and so on. A delay is a sum of such times, so a message goes down through
 * the queues whose times add up to its delay, and never twice through one.
 *
 * <p>All messages in a queue live equally long, so none waits behind one that waits longer. A
 * header for each rung says which queues a message takes; an exchange for each rung hands it on
 * where the header is absent. At the bottom, a header says to which queue or exchange it returns,
 * with the routing key that it was sent with. What finds nobody there is kept in {@link #LOST}.
 */
public final class Delays {
  /** What delays are rounded up to. */
  public static final Duration STEP = Duration.ofMillis(100);

  private static final int RUNGS = 26;

  /** The longest delay: about 77 days. */
  public static final Duration MAX = STEP.multipliedBy((1L << RUNGS) - 1);

  /** Where messages go on whose receiver is gone when their delay is over. */
  public static final Queue LOST = Queue.named("postage.delay.lost").durable();

  /** Where delays end: by a header to a queue or an exchange. */
  public static final Exchange RETURN =
      Exchange.headers("postage.return").withArgument("alternate-exchange", LOST.name());

  /** Nothing goes through it. It is declared last: where it is, all is. */
  public static final Exchange READY = Exchange.fanout("postage.delay");

  private static final String NAME = "postage.delay.";
  private static final String RUNG = "postage-delay-";
  private static final String TO_QUEUE = "postage-to-queue";
  private static final String TO_EXCHANGE = "postage-to-exchange";
  private static final String MATCH = "x-match";

  private Delays() {}

  /**
   * All that has to exist beside {@link #READY}, in the order in which it is declared.
   *
   * @param isReplicated whether quorum queues hold what waits, which hand it on at least once; a
   *     classic queue may lose it when the broker dies at that moment
   */
  public static List<Binding> bindings(boolean isReplicated) {
    List<Binding> bindings = new ArrayList<>();
    bindings.add(Exchange.fanout(LOST.name()).to(LOST, ""));
    Exchange lower = RETURN;
    for (int rung = 0; rung < RUNGS; rung++) {
      Exchange exchange = exchange(rung).withArgument("alternate-exchange", lower.name());
      Queue queue =
          Queue.named(exchange.name())
              .durable()
              .withArgument("x-message-ttl", millis(rung))
              .withArgument("x-dead-letter-exchange", lower.name());
      if (isReplicated) {
        queue =
            queue
                .quorum()
                .withArgument("x-dead-letter-strategy", "at-least-once")
                .withArgument("x-overflow", "reject-publish");
      }
      bindings.add(
          exchange.to(queue, "").withArgument(MATCH, "all").withArgument(header(rung), true));
      lower = exchange;
    }
    return bindings;
  }

  /**
   * Where a message with this delay is published, with the routing key that it is to arrive with.
   *
   * @throws IllegalArgumentException if it is not more than nothing, or longer than {@link #MAX}
   */
  public static Exchange entry(Duration delay) {
    return exchange(63 - Long.numberOfLeadingZeros(steps(delay)));
  }

  /**
   * The headers that make it wait and then arrive: at a queue of the default exchange, or at an
   * exchange.
   */
  public static Map<String, Object> headers(Duration delay, Destination to) {
    long steps = steps(delay);
    Map<String, Object> headers = new LinkedHashMap<>();
    for (int rung = 0; rung < RUNGS; rung++) {
      if ((steps >> rung & 1) == 1) {
        headers.put(header(rung), true);
      }
    }
    if (to.exchange().isDefault()) {
      headers.put(TO_QUEUE, to.routingKey());
    } else {
      headers.put(TO_EXCHANGE, to.exchange().name());
    }
    return headers;
  }

  /** Brings back to this queue what waited for it. With a passive queue nothing is declared. */
  public static Binding returning(Queue queue) {
    boolean isThere = queue.declaration() == Declaration.PASSIVE;
    return (isThere ? RETURN.passive() : RETURN)
        .to(queue, "")
        .withArgument(MATCH, "all")
        .withArgument(TO_QUEUE, queue.name());
  }

  /** With what an exchange is bound to {@link #RETURN}. */
  public static Map<String, Object> returning(Exchange exchange) {
    return Map.of(MATCH, "all", TO_EXCHANGE, exchange.name());
  }

  /** Whether a message that was published to this exchange last has waited. */
  public static boolean isFrom(String exchange) {
    return exchange.equals(RETURN.name()) || exchange.startsWith(NAME);
  }

  /** Whether a header only says how a message waited, and is of no use when it has arrived. */
  public static boolean isHeader(String name) {
    return name.startsWith(RUNG) || name.equals(TO_QUEUE) || name.equals(TO_EXCHANGE);
  }

  /**
   * Refuses what can't be waited for.
   *
   * @throws IllegalArgumentException if it is not more than nothing, or longer than {@link #MAX}
   */
  public static Duration check(Duration delay) {
    if (delay.isZero() || delay.isNegative() || delay.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          "delay: " + delay + " (expected: more than PT0S, at most " + MAX + ")");
    }
    return delay;
  }

  private static long steps(Duration delay) {
    return (check(delay).toNanos() + STEP.toNanos() - 1) / STEP.toNanos();
  }

  private static Exchange exchange(int rung) {
    return Exchange.headers(NAME + millis(rung));
  }

  private static String header(int rung) {
    return RUNG + millis(rung);
  }

  private static long millis(int rung) {
    return STEP.toMillis() << rung;
  }
}
