package org.postage.embedded.conformance;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;

/**
 * What the broker closed, and the words that it did it with.
 *
 * @param what channel or connection
 * @param code reply code
 * @param text reply text, with {@code /} for the virtual host's name
 */
record Closed(String what, int code, String text) {
  static Closed channel(int code, String text) {
    return new Closed("channel", code, text);
  }

  static Closed connection(int code, String text) {
    return new Closed("connection", code, text);
  }

  static Closed by(ShutdownSignalException signal, String vhost) {
    Method reason = signal.getReason();
    if (reason instanceof AMQP.Channel.Close close) {
      return channel(close.getReplyCode(), general(close.getReplyText(), vhost));
    }
    if (reason instanceof AMQP.Connection.Close close) {
      return connection(close.getReplyCode(), general(close.getReplyText(), vhost));
    }
    return connection(0, String.valueOf(signal.getMessage()));
  }

  private static String general(String text, String vhost) {
    return text.replace("vhost '" + vhost + "'", "vhost '/'");
  }
}
