package org.postage.embedded.conformance;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.rabbitmq.RabbitMqExtension;

/** Gives tests the virtual host on RabbitMQ that their class has. */
final class RabbitMqTarget implements ParameterResolver {
  private final RabbitMqExtension rabbitMq = new RabbitMqExtension();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TargetBroker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    RabbitMqBroker broker = (RabbitMqBroker) rabbitMq.resolveParameter(parameter, context);
    return new TargetBroker(broker.port(), broker.vhost());
  }
}
