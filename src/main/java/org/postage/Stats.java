package org.postage;

import org.postage.handler.DeliveryStats;
import org.postage.transport.TransportStats;

/**
 * Counts of what interceptors do not see, since a {@link Postage} connected: for metrics. Immutable
 * and thread-safe.
 *
 * @param transport what is on its way out, and how the connections fared
 * @param deliveries what became of the messages that its processors consumed
 */
public record Stats(TransportStats transport, DeliveryStats deliveries) {}
