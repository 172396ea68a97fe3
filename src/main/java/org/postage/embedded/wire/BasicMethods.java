package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import java.util.Optional;
import org.postage.embedded.model.Channel;
import org.postage.embedded.model.Consumer;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;
import org.postage.embedded.model.Settlement;

/** The methods of class basic but for publishing: consuming, fetching, settling. */
final class BasicMethods {
  private final ClientChannel channel;
  private final Channel model;

  BasicMethods(ClientChannel channel, Channel model) {
    this.channel = channel;
    this.model = model;
  }

  void addTo(MethodTable methods) {
    methods
        .on(AMQImpl.Basic.Qos.class, this::qos)
        .on(AMQImpl.Basic.Consume.class, this::consume)
        .on(AMQImpl.Basic.Cancel.class, this::cancel)
        .on(AMQImpl.Basic.CancelOk.class, ok -> {})
        .on(AMQImpl.Basic.Get.class, this::get)
        .on(AMQImpl.Basic.Ack.class, this::ack)
        .on(AMQImpl.Basic.Nack.class, this::nack)
        .on(AMQImpl.Basic.Reject.class, this::reject)
        .on(AMQImpl.Basic.Recover.class, this::recover)
        .on(AMQImpl.Basic.RecoverAsync.class, this::recoverAsync);
  }

  private void qos(AMQP.Basic.Qos qos) {
    if (qos.getPrefetchSize() != 0) {
      throw new Refusal(
          ReplyCode.NOT_IMPLEMENTED, "prefetch_size!=0 (" + qos.getPrefetchSize() + ")");
    }
    channel.send(new AMQImpl.Basic.QosOk());
    model.prefetch(qos.getPrefetchCount(), qos.getGlobal());
  }

  private void consume(AMQP.Basic.Consume consume) {
    String tag =
        model.consume(
            channel.queueOrLast(consume.getQueue()),
            consume.getConsumerTag(),
            new Consumer.Terms(consume.getNoAck(), consume.getExclusive(), consume.getArguments()));
    channel.answer(consume.getNowait(), new AMQImpl.Basic.ConsumeOk(tag));
    model.start(tag);
  }

  private void cancel(AMQP.Basic.Cancel cancel) {
    model.cancel(cancel.getConsumerTag());
    channel.answer(cancel.getNowait(), new AMQImpl.Basic.CancelOk(cancel.getConsumerTag()));
  }

  private void get(AMQP.Basic.Get get) {
    Optional<Channel.Fetched> fetched =
        model.get(channel.queueOrLast(get.getQueue()), get.getNoAck());
    if (fetched.isEmpty()) {
      channel.send(new AMQImpl.Basic.GetEmpty(""));
      return;
    }
    Channel.Fetched found = fetched.get();
    channel.send(
        new AMQImpl.Basic.GetOk(
            found.tag(),
            found.redelivered(),
            found.message().exchange(),
            found.message().routingKey(),
            found.left()),
        found.message());
  }

  private void ack(AMQP.Basic.Ack ack) {
    model.settle(ack.getDeliveryTag(), ack.getMultiple(), Settlement.ACK);
  }

  private void nack(AMQP.Basic.Nack nack) {
    model.settle(nack.getDeliveryTag(), nack.getMultiple(), unwanted(nack.getRequeue()));
  }

  private void reject(AMQP.Basic.Reject reject) {
    model.settle(reject.getDeliveryTag(), false, unwanted(reject.getRequeue()));
  }

  private static Settlement unwanted(boolean requeue) {
    return requeue ? Settlement.REQUEUE : Settlement.DISCARD;
  }

  private void recover(AMQP.Basic.Recover recover) {
    requireRequeue(recover.getRequeue());
    channel.send(new AMQImpl.Basic.RecoverOk());
    model.recover();
  }

  private void recoverAsync(AMQP.Basic.RecoverAsync recover) {
    requireRequeue(recover.getRequeue());
    model.recover();
  }

  private static void requireRequeue(boolean requeue) {
    if (!requeue) {
      throw new Refusal(ReplyCode.NOT_IMPLEMENTED, "requeue=false");
    }
  }
}
