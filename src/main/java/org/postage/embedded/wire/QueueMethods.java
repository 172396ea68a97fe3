package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import org.postage.embedded.model.DirectReplies;
import org.postage.embedded.model.Exchanges;
import org.postage.embedded.model.Queue;
import org.postage.embedded.model.Queues;
import org.postage.embedded.model.Refusal;

/** The methods of class queue. */
final class QueueMethods {
  private final ClientChannel channel;
  private final Queues queues;
  private final Exchanges exchanges;

  QueueMethods(ClientChannel channel) {
    this.channel = channel;
    this.queues = channel.vhost().queues();
    this.exchanges = channel.vhost().exchanges();
  }

  void addTo(MethodTable methods) {
    methods
        .on(AMQImpl.Queue.Declare.class, this::declare)
        .on(AMQImpl.Queue.Bind.class, this::bind)
        .on(AMQImpl.Queue.Unbind.class, this::unbind)
        .on(AMQImpl.Queue.Purge.class, this::purge)
        .on(AMQImpl.Queue.Delete.class, this::delete);
  }

  private void declare(AMQP.Queue.Declare declare) {
    String name = declare.getQueue();
    if (DirectReplies.isAddress(name)) {
      declareReplyAddress(declare);
      return;
    }
    Queue queue =
        declare.getPassive()
            ? queues.get(name, channel.client())
            : queues.declare(
                name,
                new Queue.Declaration(
                    declare.getDurable(),
                    declare.getExclusive() ? channel.client() : null,
                    declare.getAutoDelete()),
                declare.getArguments(),
                channel.client());
    channel.lastQueue(queue.name());
    channel.answer(
        declare.getNowait(),
        new AMQImpl.Queue.DeclareOk(queue.name(), queue.messageCount(), queue.consumerCount()));
  }

  // A server learns this way whether the requester still waits.
  private void declareReplyAddress(AMQP.Queue.Declare declare) {
    String address = declare.getQueue();
    if (!channel.vhost().directReplies().exists(address)) {
      throw Refusal.notFound("queue", address, channel.vhost().name());
    }
    channel.answer(declare.getNowait(), new AMQImpl.Queue.DeclareOk(address, 0, 1));
  }

  private void bind(AMQP.Queue.Bind bind) {
    String name = channel.queueOrLast(bind.getQueue());
    requireExchange(bind.getExchange());
    exchanges.bind(
        bind.getExchange(),
        queues.get(name, channel.client()),
        bind.getRoutingKey(),
        bind.getArguments());
    channel.answer(bind.getNowait(), new AMQImpl.Queue.BindOk());
  }

  // RabbitMQ names the exchange first if both ends are missing.
  private void requireExchange(String name) {
    exchanges.get(name);
  }

  private void unbind(AMQP.Queue.Unbind unbind) {
    exchanges.unbind(
        unbind.getExchange(),
        queues.find(channel.queueOrLast(unbind.getQueue())),
        unbind.getRoutingKey(),
        unbind.getArguments());
    channel.send(new AMQImpl.Queue.UnbindOk());
  }

  private void purge(AMQP.Queue.Purge purge) {
    int count = queues.get(channel.queueOrLast(purge.getQueue()), channel.client()).purge();
    channel.answer(purge.getNowait(), new AMQImpl.Queue.PurgeOk(count));
  }

  private void delete(AMQP.Queue.Delete delete) {
    int count =
        queues.delete(
            channel.queueOrLast(delete.getQueue()),
            delete.getIfUnused(),
            delete.getIfEmpty(),
            channel.client());
    channel.answer(delete.getNowait(), new AMQImpl.Queue.DeleteOk(count));
  }
}
