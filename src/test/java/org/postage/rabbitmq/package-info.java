/**
 * Real RabbitMQ brokers for tests, started and ended by the tests themselves.
 *
 * <p>Start at {@link RabbitMq}: it gives a test class a broker. {@link RabbitMqNode} is for tests
 * that kill, freeze or restart one. {@link Sandbox} sees to it that nothing outlives the tests.
 */
@NullMarked
package org.postage.rabbitmq;

import org.jspecify.annotations.NullMarked;
