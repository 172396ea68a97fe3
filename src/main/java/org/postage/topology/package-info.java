/**
 * Exchanges, queues, bindings and destinations, as values.
 *
 * <p>A {@link org.postage.topology.Destination} is what Python Postage calls an EK, an exchange
 * with a routing key; a list of {@link org.postage.topology.Binding}s is its EQK. Nothing here
 * talks to a broker.
 */
@NullMarked
package org.postage.topology;

import org.jspecify.annotations.NullMarked;
