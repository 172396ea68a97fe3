package org.postage.embedded.wire;

import java.time.Duration;

/**
 * What a server offers and asks for.
 *
 * @param user who may log in
 * @param password with what
 * @param frameMax longest frame, in octets
 * @param channelMax most channels of a connection
 * @param heartbeat interval to suggest; zero suggests none
 * @param handshakeTimeout time in which a client must have logged in
 */
public record Settings(
    String user,
    String password,
    int frameMax,
    int channelMax,
    Duration heartbeat,
    Duration handshakeTimeout) {}
