/**
 * RabbitMQ over AMQP 0-9-1: the only package that sees its client.
 *
 * <p>Start at {@link org.postage.amqp.AmqpTransport}. A link keeps one connection, and what lives
 * on it, alive: the client's own recovery is off, since it leaves consumers dead, uses the numbers
 * of confirms twice and hangs in frozen sockets. All that changes a link happens on its one thread;
 * what users call only hands over to it.
 */
@NullMarked
package org.postage.amqp;

import org.jspecify.annotations.NullMarked;
