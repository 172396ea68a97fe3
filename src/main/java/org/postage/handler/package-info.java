/**
 * From a delivery to the code that handles it.
 *
 * <p>Start at {@link org.postage.handler.Dispatcher}. Objects with annotated methods are compiled
 * once into a {@link org.postage.handler.HandlerTable}. A delivery goes in and an outcome comes
 * out; nothing here knows RabbitMQ.
 */
@NullMarked
package org.postage.handler;

import org.jspecify.annotations.NullMarked;
