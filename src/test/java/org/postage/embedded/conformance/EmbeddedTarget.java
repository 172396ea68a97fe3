package org.postage.embedded.conformance;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postage.embedded.EmbeddedBroker;

/** Gives tests an embedded broker, one for all of a class. */
final class EmbeddedTarget implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(EmbeddedTarget.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TargetBroker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // The store closes the broker with the root context, at the end of the run.
    EmbeddedBroker broker =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(
                EmbeddedBroker.class,
                key -> EmbeddedBroker.builder().vhosts("conformance").start(),
                EmbeddedBroker.class);
    return new TargetBroker(broker.port(), "conformance");
  }
}
