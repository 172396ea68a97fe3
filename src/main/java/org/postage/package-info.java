/**
 * The front door: everything a component needs to talk over RabbitMQ in typed messages.
 *
 * <p>Start at {@link org.postage.Postage}. Nothing but wiring is here, and nothing below imports
 * it.
 */
@NullMarked
package org.postage;

import org.jspecify.annotations.NullMarked;
