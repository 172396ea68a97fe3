package org.postage.embedded.conformance;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postage.rabbitmq.RabbitMq;

/** The claims, made of RabbitMQ. Where one fails, the claim is wrong. */
@Tag(RabbitMq.ONLY)
@RabbitMq
@ExtendWith(RabbitMqTarget.class)
class RabbitMqConformanceIT {
  @Nested
  class Connections extends ConnectionsContract {}

  @Nested
  class Frames extends FramesContract {}

  @Nested
  class Exchanges extends ExchangesContract {}

  @Nested
  class Routing extends RoutingContract {}

  @Nested
  class Queues extends QueuesContract {}

  @Nested
  class QueueArguments extends QueueArgumentsContract {}

  @Nested
  class QueueLimits extends QueueLimitsContract {}

  @Nested
  class Publishing extends PublishingContract {}

  @Nested
  class Confirms extends ConfirmsContract {}

  @Nested
  class Consuming extends ConsumingContract {}

  @Nested
  class ConsumerKinds extends ConsumerKindsContract {}

  @Nested
  class Prefetch extends PrefetchContract {}

  @Nested
  class Settling extends SettlingContract {}

  @Nested
  class Fetching extends FetchingContract {}

  @Nested
  class Expiry extends ExpiryContract {}

  @Nested
  class DeadLettering extends DeadLetteringContract {}

  @Nested
  class QuorumQueues extends QuorumQueuesContract {}

  @Nested
  class DirectReplies extends DirectRepliesContract {}
}
