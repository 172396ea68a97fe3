package org.postage.transport;

/**
 * What a transport has in hand, and how it fared. Immutable and thread-safe.
 *
 * @param inFlight messages that were taken to be published and whose fate is not known yet
 * @param isBlocked whether the broker takes no messages at this moment, being short of memory or
 *     disk
 * @param reconnects how often a connection was made anew, after the first one was lost
 * @param resent how often a message was written again, since its channel or connection was lost
 *     before the broker confirmed it: at most so many may have arrived once more than they were
 *     sent
 */
public record TransportStats(int inFlight, boolean isBlocked, long reconnects, long resent) {}
