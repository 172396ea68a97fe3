package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import org.postage.embedded.model.Exchange;
import org.postage.embedded.model.Exchanges;

/** The methods of class exchange. */
final class ExchangeMethods {
  private final ClientChannel channel;
  private final Exchanges exchanges;

  ExchangeMethods(ClientChannel channel) {
    this.channel = channel;
    this.exchanges = channel.vhost().exchanges();
  }

  void addTo(MethodTable methods) {
    methods
        .on(AMQImpl.Exchange.Declare.class, this::declare)
        .on(AMQImpl.Exchange.Delete.class, this::delete)
        .on(AMQImpl.Exchange.Bind.class, this::bind)
        .on(AMQImpl.Exchange.Unbind.class, this::unbind);
  }

  private void declare(AMQP.Exchange.Declare declare) {
    if (declare.getPassive()) {
      exchanges.get(declare.getExchange());
    } else {
      exchanges.declare(
          declare.getExchange(),
          declare.getType(),
          new Exchange.Declaration(
              declare.getDurable(),
              declare.getAutoDelete(),
              declare.getInternal(),
              declare.getArguments()));
    }
    channel.answer(declare.getNowait(), new AMQImpl.Exchange.DeclareOk());
  }

  private void delete(AMQP.Exchange.Delete delete) {
    exchanges.delete(delete.getExchange(), delete.getIfUnused());
    channel.answer(delete.getNowait(), new AMQImpl.Exchange.DeleteOk());
  }

  private void bind(AMQP.Exchange.Bind bind) {
    exchanges.bind(
        bind.getSource(),
        exchanges.get(bind.getDestination()),
        bind.getRoutingKey(),
        bind.getArguments());
    channel.answer(bind.getNowait(), new AMQImpl.Exchange.BindOk());
  }

  private void unbind(AMQP.Exchange.Unbind unbind) {
    exchanges.unbind(
        unbind.getSource(),
        exchanges.find(unbind.getDestination()),
        unbind.getRoutingKey(),
        unbind.getArguments());
    channel.answer(unbind.getNowait(), new AMQImpl.Exchange.UnbindOk());
  }
}
