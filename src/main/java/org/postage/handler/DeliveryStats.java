package org.postage.handler;

/**
 * What became of the messages that were consumed, since the program connected. A message that comes
 * again counts again. Immutable and thread-safe.
 *
 * @param consumed messages that were looked at, whatever came of it
 * @param unreadable those that could not be decoded, or are no message
 * @param unhandled those that no handler is there for; they were acknowledged
 * @param overdue requests that nobody waited for any more; they were acknowledged
 * @param retried those that are to come again after a pause, for a handler that failed
 * @param parked those that were put into a queue of parked messages
 * @param rejected those that the broker was told to drop or dead-letter
 * @param requeued those that went back to their queue, since they could not be sent on
 */
public record DeliveryStats(
    long consumed,
    long unreadable,
    long unhandled,
    long overdue,
    long retried,
    long parked,
    long rejected,
    long requeued) {}
