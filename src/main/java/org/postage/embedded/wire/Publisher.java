package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import org.postage.embedded.model.Channel;
import org.postage.embedded.model.Message;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;
import org.postage.embedded.model.VirtualHost.Outcome;

/**
 * A channel's publishing side: returns and confirms.
 *
 * <p>A message is stored as soon as it is routed, so each could be confirmed at once. Acks are held
 * back while more input is already there, and sent as one with {@code multiple}, as RabbitMQ does
 * under load.
 */
final class Publisher {
  private static final int MOST_HELD_BACK = 64;

  private final ClientChannel channel;
  private final Channel model;
  private boolean confirms;
  private long lastPublished;
  private long lastConfirmed;

  Publisher(ClientChannel channel, Channel model) {
    this.channel = channel;
    this.model = model;
  }

  void addTo(MethodTable methods) {
    methods
        .on(AMQImpl.Confirm.Select.class, this::select)
        .on(AMQImpl.Tx.Select.class, this::refuseTransactions)
        .on(AMQImpl.Tx.Commit.class, tx -> refuseOutsideTransaction())
        .on(AMQImpl.Tx.Rollback.class, tx -> refuseOutsideTransaction());
  }

  private void select(AMQP.Confirm.Select select) {
    confirms = true;
    channel.answer(select.getNowait(), new AMQImpl.Confirm.SelectOk());
  }

  private void refuseTransactions(AMQP.Tx.Select select) {
    if (confirms) {
      throw Refusal.precondition("cannot switch from confirm to tx mode");
    }
    throw new Refusal(ReplyCode.NOT_IMPLEMENTED, "transactions");
  }

  private void refuseOutsideTransaction() {
    throw Refusal.precondition("channel is not transactional");
  }

  void publish(Content content) {
    AMQP.Basic.Publish method = content.method();
    if (method.getImmediate()) {
      throw new Refusal(ReplyCode.NOT_IMPLEMENTED, "immediate=true");
    }
    Outcome outcome =
        model.publish(
            method.getExchange(), method.getRoutingKey(), content.properties(), content.body());
    if (outcome == Outcome.UNROUTED && method.getMandatory()) {
      returnToSender(content);
    }
    if (confirms) {
      lastPublished++;
      confirm(outcome);
    }
  }

  private void returnToSender(Content content) {
    AMQP.Basic.Publish method = content.method();
    channel.send(
        new AMQImpl.Basic.Return(
            ReplyCode.NO_ROUTE.code(),
            ReplyCode.NO_ROUTE.name(),
            method.getExchange(),
            method.getRoutingKey()),
        Message.published(
            method.getExchange(), method.getRoutingKey(), content.properties(), content.body()));
  }

  private void confirm(Outcome outcome) {
    if (outcome == Outcome.REFUSED) {
      flushUpTo(lastPublished - 1);
      channel.send(new AMQImpl.Basic.Nack(lastPublished, false, false));
      lastConfirmed = lastPublished;
    } else if (lastPublished - lastConfirmed >= MOST_HELD_BACK) {
      flush();
    }
  }

  /** Confirms all that was published. */
  void flush() {
    flushUpTo(lastPublished);
  }

  private void flushUpTo(long number) {
    if (lastConfirmed < number) {
      channel.send(new AMQImpl.Basic.Ack(number, number - lastConfirmed > 1));
      lastConfirmed = number;
    }
  }
}
