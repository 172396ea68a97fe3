/** The embedded broker's own: what RabbitMQ has no counterpart of, or no way to be asked for. */
@NullMarked
package org.postage.embedded;

import org.jspecify.annotations.NullMarked;
