package org.postage;

import org.postage.handler.RetryAndPark;
import org.postage.topology.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what a queue's own limits would do to healthy messages. */
final class BrokerLimits {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLimits.class);
  private static final String DELIVERY_LIMIT = "x-delivery-limit";

  private BrokerLimits() {}

  static void explain(String processor, Queue queue) {
    if (!(queue.arguments().get(DELIVERY_LIMIT) instanceof Number limit)) {
      return;
    }
    if (limit.longValue() < RetryAndPark.MAX_UNSETTLED) {
      LOG.warn(
          "{}: queue '{}' has {} {} (expected: {} or more): each lost connection counts for every"
              + " message that was prefetched, also for those that no handler has begun, so that"
              + " healthy messages are dropped; attempts are counted by a retry policy",
          processor,
          queue.name(),
          DELIVERY_LIMIT,
          limit,
          RetryAndPark.MAX_UNSETTLED);
    }
    if (!queue.arguments().containsKey("x-dead-letter-exchange")) {
      LOG.warn(
          "{}: queue '{}' has {} {} and no dead-letter exchange (expected: x-dead-letter-exchange):"
              + " what reaches the limit is lost",
          processor,
          queue.name(),
          DELIVERY_LIMIT,
          limit);
    }
  }
}
