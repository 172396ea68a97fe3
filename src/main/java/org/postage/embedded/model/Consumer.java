package org.postage.embedded.model;

import java.util.Map;

/** One consumer of one queue. Guarded by the broker's lock. */
public final class Consumer {
  private final String tag;
  private final Queue queue;
  private final Channel channel;
  private final Terms terms;
  private final int prefetch;
  private int unacked;

  Consumer(String tag, Queue queue, Channel channel, Terms terms, int prefetch) {
    this.tag = tag;
    this.queue = queue;
    this.channel = channel;
    this.terms = terms;
    this.prefetch = prefetch;
  }

  /** Its name on its channel. */
  public String tag() {
    return tag;
  }

  Queue queue() {
    return queue;
  }

  Channel channel() {
    return channel;
  }

  boolean noAck() {
    return terms.noAck();
  }

  boolean exclusive() {
    return terms.exclusive();
  }

  long priority() {
    return terms.arguments().get("x-priority") instanceof Number number ? number.longValue() : 0;
  }

  boolean canTake() {
    return channel.hasRoom()
        && (noAck() || (channel.belowGlobalPrefetch() && (prefetch == 0 || unacked < prefetch)));
  }

  void delivered() {
    unacked++;
  }

  void settled() {
    unacked--;
  }

  /**
   * What {@code basic.consume} asks for.
   *
   * @param noAck deliveries count as acknowledged when they are sent
   * @param exclusive nobody else may consume from the queue
   * @param arguments such as {@code x-priority}
   */
  public record Terms(boolean noAck, boolean exclusive, Map<String, Object> arguments) {}
}
