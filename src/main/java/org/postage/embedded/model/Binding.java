package org.postage.embedded.model;

import java.util.Map;

/**
 * From an exchange to a queue or to another exchange. Two are the same when all four parts are.
 *
 * @param source name of the exchange
 * @param destination the queue or exchange, compared by identity
 * @param key routing key or pattern
 * @param arguments what a headers exchange matches
 */
public record Binding(
    String source, Destination destination, String key, Map<String, Object> arguments) {}
