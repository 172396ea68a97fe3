package org.postage;

import java.util.concurrent.atomic.AtomicInteger;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.spec.ValidatingEncoder;

/** Makes the connections of integration tests. Whatever they send is validated. */
public final class TestPostage {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private TestPostage() {}

  /** Connects to the test's virtual host. */
  public static Postage connect(RabbitMqBroker broker) {
    return builder(broker).connect();
  }

  /** For a connection to the test's virtual host. */
  public static Postage.Builder builder(RabbitMqBroker broker) {
    return Postage.builder().uri(broker.uri().toString()).encoders(new ValidatingEncoder());
  }

  /** A name that no other test uses. */
  public static String unique(String name) {
    return name + "-" + COUNT.incrementAndGet();
  }
}
