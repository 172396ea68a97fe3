/** Tests of connections to RabbitMQ, as far as they need none. */
@NullMarked
package org.postage.amqp;

import org.jspecify.annotations.NullMarked;
