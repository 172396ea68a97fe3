package org.postage;

import java.util.OptionalInt;
import org.postage.handler.RetryAndPark;
import org.postage.topology.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what a queue's own limits would do to healthy messages. */
final class BrokerLimits {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLimits.class);
  private static final String DELIVERY_LIMIT = "x-delivery-limit";

  private BrokerLimits() {}

  /**
   * Warns where a queue would drop messages that no handler has seen.
   *
   * @param ofBroker the limit of quorum queues that name none; empty where there is none, or the
   *     broker was not reached yet
   */
  static void explain(String processor, Queue queue, OptionalInt ofBroker) {
    Object own = queue.arguments().get(DELIVERY_LIMIT);
    boolean isQuorum = "quorum".equals(queue.arguments().get("x-queue-type"));
    if (own instanceof Number limit) {
      explain(processor, queue, limit.longValue(), DELIVERY_LIMIT + " " + limit);
    } else if (isQuorum && ofBroker.isPresent()) {
      int limit = ofBroker.getAsInt();
      explain(processor, queue, limit, "the broker's own " + DELIVERY_LIMIT + " of " + limit);
    }
  }

  private static void explain(String processor, Queue queue, long limit, String what) {
    if (limit < 0) {
      return; // None: that is how RabbitMQ 4 is told so.
    }
    if (limit < RetryAndPark.MAX_UNSETTLED) {
      LOG.warn(
          "{}: queue '{}' has {} (expected: {} or more): each lost connection counts for every"
              + " message that was prefetched, also for those that no handler has begun, so that"
              + " healthy messages are dropped; attempts are counted by a retry policy",
          processor,
          queue.name(),
          what,
          RetryAndPark.MAX_UNSETTLED);
    }
    if (!queue.arguments().containsKey("x-dead-letter-exchange")) {
      LOG.warn(
          "{}: queue '{}' has {} and no dead-letter exchange (expected: x-dead-letter-exchange):"
              + " what reaches the limit is lost",
          processor,
          queue.name(),
          what);
    }
  }
}
