package org.postage.embedded.model;

/**
 * Who is connected: the owner of exclusive queues, and the user that published messages may name.
 *
 * @param connection number of the connection, unique in the broker's life
 * @param user the name that the client logged in with
 */
public record Client(long connection, String user) {}
