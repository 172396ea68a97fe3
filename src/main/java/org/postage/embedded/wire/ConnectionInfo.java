package org.postage.embedded.wire;

import java.util.List;
import java.util.Map;

/**
 * An open connection, as it was when asked.
 *
 * @param id number of the connection, unique in the broker's life
 * @param port the client's port
 * @param user who logged in
 * @param vhost where it works
 * @param clientProperties what the client says of itself
 * @param channels numbers of its open channels
 */
public record ConnectionInfo(
    long id,
    int port,
    String user,
    String vhost,
    Map<String, Object> clientProperties,
    List<Integer> channels) {}
