package org.postage.transport;

import java.util.List;

/**
 * How a component was when it was asked: for probes, and for people. Immutable and thread-safe.
 *
 * @param isReady whether the broker is connected, every intended consumer consumes, and publishing
 *     is neither blocked nor without the channels that it needs
 * @param isLive whether the library's own threads work. False when one has been stuck for longer
 *     than anything that it does may take: only a restart helps then. A broker that is down does
 *     not change it
 * @param connections one that publishes and gets replies, and one that consumes as soon as
 *     something is consumed
 * @param consumers one for each queue of each processor
 */
public record Health(
    boolean isReady, boolean isLive, List<Connection> connections, List<Consumer> consumers) {

  /** Copies the lists. */
  public Health {
    connections = List.copyOf(connections);
    consumers = List.copyOf(consumers);
  }

  /** The same, but not ready. */
  public Health notReady() {
    return new Health(false, isLive, connections, consumers);
  }

  /** The same with a processor that is paused, which makes it not ready. */
  public Health withPaused(String processor) {
    List<Consumer> paused =
        consumers.stream()
            .map(
                each ->
                    each.processor.equals(processor)
                        ? new Consumer(
                            processor, each.queue, false, "paused, since too many messages fail")
                        : each)
            .toList();
    return new Health(false, isLive, connections, paused);
  }

  /**
   * A connection to the broker.
   *
   * @param name what the broker's management calls it
   * @param isConnected whether it stands
   * @param state in words: connected, blocked by the broker, or why it does not stand
   */
  public record Connection(String name, boolean isConnected, String state) {}

  /**
   * A queue that is to be consumed.
   *
   * @param processor the processor's name
   * @param queue the queue's name
   * @param isConsuming whether it is consumed
   * @param state in words: consuming, stopped, or what it waits for or fails at
   */
  public record Consumer(String processor, String queue, boolean isConsuming, String state) {}
}
