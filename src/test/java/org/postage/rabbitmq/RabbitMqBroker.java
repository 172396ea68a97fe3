package org.postage.rabbitmq;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.EmbeddedBroker;
import org.postage.embedded.QueueView;

/**
 * A virtual host that a test has for itself, on a broker that it may share.
 *
 * @param sharedNode null where the embedded broker stands in
 * @param embedded null unless it does
 */
public record RabbitMqBroker(
    String host,
    int port,
    String user,
    String password,
    String vhost,
    @Nullable RabbitMqNode sharedNode,
    @Nullable EmbeddedBroker embedded) {

  /** A virtual host of a node that has it already. */
  public static RabbitMqBroker of(RabbitMqNode node, String vhost) {
    return new RabbitMqBroker(RabbitMqNode.HOST, node.port(), "guest", "guest", vhost, node, null);
  }

  /** A virtual host of the embedded broker, which makes any that it is asked for. */
  static RabbitMqBroker of(EmbeddedBroker embedded, String vhost) {
    return new RabbitMqBroker(
        embedded.host(), embedded.port(), "guest", "guest", vhost, null, embedded);
  }

  /** For its log and {@code rabbitmqctl}; who wants to kill or freeze a node starts an own. */
  public RabbitMqNode node() {
    return requireNonNull(
        sharedNode, "no node (expected: @Tag(RabbitMq.ONLY) on a test that needs RabbitMQ itself)");
  }

  /** The names of all queues of the virtual host, in order. */
  public List<String> queues() {
    if (embedded != null) {
      return embedded.vhost(vhost).queues().stream().map(QueueView::name).sorted().toList();
    }
    return node()
        .ctl("list_queues", "-p", vhost, "name", "--no-table-headers")
        .lines()
        .sorted()
        .toList();
  }

  /** All of it as {@code amqp://user:password@host:port/vhost}. */
  public URI uri() {
    String path = URLEncoder.encode(vhost, StandardCharsets.UTF_8).replace("+", "%20");
    return URI.create("amqp://" + user + ":" + password + "@" + host + ":" + port + "/" + path);
  }

  /** A plain connection of RabbitMQ's client, without recovery. The caller closes it. */
  public Connection connect() throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(host);
    factory.setPort(port);
    factory.setUsername(user);
    factory.setPassword(password);
    factory.setVirtualHost(vhost);
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }
}
