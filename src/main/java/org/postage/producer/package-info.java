/**
 * Interfaces compiled into senders; requests and their replies.
 *
 * <p>Start at {@link org.postage.producer.Producers}. An interface is read once, when a producer is
 * made: each of its methods becomes a plan from arguments to a message. A {@link
 * org.postage.producer.Publication} goes through the interceptors to {@link
 * org.postage.producer.MessageSender}, which encodes and publishes it.
 */
@NullMarked
package org.postage.producer;

import org.jspecify.annotations.NullMarked;
