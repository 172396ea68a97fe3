/**
 * What Postage asks of a broker, and what it gets from one.
 *
 * <p>Start at {@link org.postage.transport.Transport}. Bodies are bytes here: nothing knows what a
 * message is, and nothing knows RabbitMQ.
 */
@NullMarked
package org.postage.transport;

import org.jspecify.annotations.NullMarked;
