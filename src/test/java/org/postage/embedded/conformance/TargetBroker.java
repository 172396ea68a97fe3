package org.postage.embedded.conformance;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** The broker that claims are made of: user and password guest, one virtual host to work in. */
public record TargetBroker(int port, String vhost) {
  /** A factory of plain connections, without recovery. */
  ConnectionFactory factory() {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(port);
    factory.setVirtualHost(vhost);
    factory.setAutomaticRecoveryEnabled(false);
    return factory;
  }

  Connection connect() throws IOException, TimeoutException {
    return factory().newConnection();
  }
}
