/**
 * What the embedded broker and RabbitMQ both do: each test is a claim, made of both.
 *
 * <p>Start at {@link org.postage.embedded.conformance.BrokerContract}. Each {@code ...Contract}
 * holds the claims about one subject; {@code EmbeddedConformanceTest} and {@code
 * RabbitMqConformanceIT} run them all, unchanged. RabbitMQ is right: a claim is made of it first.
 * Texts are those of 3.10.
 */
@NullMarked
package org.postage.embedded.conformance;

import org.jspecify.annotations.NullMarked;
