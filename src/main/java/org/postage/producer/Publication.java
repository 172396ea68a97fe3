package org.postage.producer;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.message.Message;
import org.postage.pipeline.Context;
import org.postage.topology.Destination;

/**
 * A message on its way out: what producer interceptors see. Immutable.
 *
 * @param message what is sent
 * @param destinations where to; a request goes to the first only
 * @param replies what is expected back
 * @param timeout how long each send of a request is waited for, and a message may wait to be
 *     confirmed
 * @param maxRetry how often a request is sent again
 * @param isPersistent whether durable queues keep it when the broker restarts
 * @param delay after which time it is to arrive; null for at once
 * @param headers what AMQP carries beside it
 * @param method which method of a producer interface sends it: class and method. It comes from the
 *     program's own code, so it may name metrics; null where the message was built by hand
 */
public record Publication(
    Message message,
    List<Destination> destinations,
    ReplyMode replies,
    Duration timeout,
    int maxRetry,
    boolean isPersistent,
    @Nullable Duration delay,
    Map<String, String> headers,
    @Nullable String method) {
  /** What is expected back. */
  public enum ReplyMode {
    /** Nothing but the broker's confirmation. */
    NONE,
    /** One reply. */
    ONE,
    /** Any number of replies, on a queue. */
    QUEUE
  }

  /** Refuses nulls and a publication to nowhere. */
  public Publication {
    requireNonNull(message, "message");
    requireNonNull(replies, "replies");
    requireNonNull(timeout, "timeout");
    headers = Map.copyOf(headers);
    if (delay != null && replies != ReplyMode.NONE) {
      throw new IllegalArgumentException(
          "sendLater: "
              + delay
              + " for the request '"
              + message.name()
              + "' (expected: a message, since nobody would wait that long for a reply)");
    }
    if (destinations.isEmpty()) {
      throw new IllegalArgumentException(
          "destinations of '"
              + message.name()
              + "': none (expected: one given to the producer, or to(..))");
    }
  }

  static Publication of(
      Message message,
      List<Destination> destinations,
      ReplyMode replies,
      SendOptions options,
      @Nullable String method) {
    return new Publication(
        message,
        destinations,
        replies,
        options.timeout,
        options.maxRetry,
        options.isPersistent,
        options.delay,
        Context.current().trace(),
        method);
  }

  /** The same with another message. */
  public Publication withMessage(Message newMessage) {
    return with(newMessage, headers);
  }

  /** The same with one more header, or another value of it. */
  public Publication withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return with(message, more);
  }

  /** The same with these headers instead of those that it has. */
  public Publication withHeaders(Map<String, String> newHeaders) {
    return with(message, newHeaders);
  }

  /** The first destination: the only one of a request. */
  Destination firstDestination() {
    return destinations.get(0);
  }

  private Publication with(Message newMessage, Map<String, String> newHeaders) {
    return new Publication(
        newMessage,
        destinations,
        replies,
        timeout,
        maxRetry,
        isPersistent,
        delay,
        newHeaders,
        method);
  }
}
