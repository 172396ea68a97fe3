package org.postage.embedded.model;

import java.util.HashMap;
import java.util.Map;

/**
 * Replies without a queue: a client consumes from {@code amq.rabbitmq.reply-to}, and its requests
 * carry an address that leads straight back to its channel. Guarded by the broker's lock.
 *
 * @see <a href="https://www.rabbitmq.com/docs/direct-reply-to">Direct reply-to</a>
 */
public final class DirectReplies {
  /** The name that clients consume from and put into {@code reply_to}. */
  public static final String PSEUDO_QUEUE = "amq.rabbitmq.reply-to";

  private final Map<String, Channel> waiting = new HashMap<>();

  /** True for the pseudo-queue and for addresses made from it. */
  public static boolean isAddress(String queue) {
    return queue.startsWith(PSEUDO_QUEUE);
  }

  /** True if somebody waits behind the address, as the pseudo-queue itself always has. */
  public boolean exists(String address) {
    return address.equals(PSEUDO_QUEUE) || waiting.containsKey(address);
  }

  String open(Channel channel) {
    String address = Names.starting(PSEUDO_QUEUE + ".");
    waiting.put(address, channel);
    return address;
  }

  void close(String address) {
    waiting.remove(address);
  }

  /** Delivers a message whose key is an address, if somebody waits behind it. */
  void deliver(Message message) {
    Channel channel = waiting.get(message.routingKey());
    if (channel != null) {
      channel.deliverReply(message);
    }
  }
}
