package org.postage.embedded;

import java.util.List;
import java.util.Map;
import org.postage.embedded.wire.ConnectionInfo;

/**
 * An open connection, as it was when asked.
 *
 * @param id what {@link EmbeddedBroker#closeConnection} knows it by
 * @param port the client's port
 * @param user who logged in
 * @param vhost where it works
 * @param clientProperties what the client says of itself; texts may be amqp-client's {@code
 *     LongString}
 * @param channels numbers of its open channels
 */
public record ConnectionView(
    long id,
    int port,
    String user,
    String vhost,
    Map<String, Object> clientProperties,
    List<Integer> channels) {

  static ConnectionView of(ConnectionInfo info) {
    return new ConnectionView(
        info.id(),
        info.port(),
        info.user(),
        info.vhost(),
        info.clientProperties(),
        info.channels());
  }
}
