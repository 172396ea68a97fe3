package org.postage.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands deliveries of one queue over to the executor, and has them settled.
 *
 * <p>It belongs to one channel for good. A delivery is settled once, on the channel that it came
 * from; when that is gone the broker delivers it again.
 */
final class QueueConsumer extends DefaultConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(QueueConsumer.class);

  private final Acks acks;
  private final QueueSubscription subscription;
  private final String queue;

  QueueConsumer(Acks acks, QueueSubscription subscription, String queue) {
    super(acks.channel());
    this.acks = acks;
    this.subscription = subscription;
    this.queue = queue;
  }

  @Override
  public void handleDelivery(
      String tag, Envelope envelope, BasicProperties properties, byte[] body) {
    Delivery delivery = Deliveries.delivery(queue, envelope, properties, body);
    long deliveryTag = envelope.getDeliveryTag();
    subscription.execute(
        delivery,
        () -> handle(deliveryTag, delivery),
        () -> acks.settle(deliveryTag, delivery, Outcome.REQUEUE));
  }

  @Override
  public void handleCancel(String tag) {
    subscription.cancelledByBroker(this, queue);
  }

  private void handle(long deliveryTag, Delivery delivery) {
    if (!acks.isOpen()) {
      LOG.debug("Left out a delivery of '{}' whose channel is gone: it comes again", queue);
      return;
    }
    if (subscription.isStopping()) {
      subscription.leftOut();
      // The channel gives it back when it closes. Sooner, the broker could bring it to us again.
      return;
    }
    if (subscription.lostAcks().take(delivery)) {
      LOG.info(
          "Acknowledged a delivery of '{}' that was handled before its channel was lost", queue);
      acks.settle(deliveryTag, delivery, Outcome.ACK);
      return;
    }
    acks.settle(deliveryTag, delivery, subscription.handle(delivery));
  }
}
