package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.Broker;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;

/** The open channels of a connection. Thread-safe: each method takes the broker's lock. */
final class Channels {
  private final Map<Integer, ClientChannel> open = new TreeMap<>();
  private final ClientConnection connection;
  private final Broker broker;

  Channels(ClientConnection connection, Broker broker) {
    this.connection = connection;
    this.broker = broker;
  }

  /** Gives a frame to its channel; {@code method} is what it says if it is a method frame. */
  void onFrame(Frame frame, @Nullable Method method) {
    broker.locked(() -> channelFor(frame, method).onFrame(frame, method));
  }

  /** The channel that a frame is for, opened now if the frame is what opens it. */
  private ClientChannel channelFor(Frame frame, @Nullable Method method) {
    int number = frame.getChannel();
    ClientChannel channel = open.get(number);
    if (channel == null && method instanceof AMQP.Channel.Open) {
      requireFewer(connection.channelMax());
      channel = connection.newChannel(number);
      open.put(number, channel);
    }
    if (channel == null) {
      throw new Refusal(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'");
    }
    return channel;
  }

  // RabbitMQ counts channels; their numbers may be any.
  private void requireFewer(int most) {
    if (open.size() >= most) {
      throw new Refusal(
          ReplyCode.NOT_ALLOWED,
          "number of channels opened ("
              + open.size()
              + ") has reached the negotiated channel_max ("
              + most
              + ")");
    }
  }

  /** Closes one channel from the broker's side; false if there is none of that number. */
  boolean refuse(int number, Refusal refusal, MethodId cause) {
    return broker.locked(
        () -> {
          ClientChannel channel = open.get(number);
          if (channel != null) {
            channel.refuse(refusal, cause);
          }
          return channel != null;
        });
  }

  /** Sends the confirms that were held back to be sent together. */
  void flushConfirms() {
    broker.locked(() -> open.values().forEach(ClientChannel::flushConfirms));
  }

  /** Sends what had to wait while the client was behind with reading. */
  void catchUp() {
    broker.locked(() -> open.values().forEach(ClientChannel::catchUp));
  }

  /** Ends what all channels have in the virtual host. */
  void endAll() {
    broker.locked(
        () -> {
          open.values().forEach(ClientChannel::end);
          open.clear();
        });
  }

  void forget(ClientChannel channel) {
    broker.locked(() -> open.remove(channel.number()));
  }

  List<Integer> numbers() {
    return broker.locked(() -> List.copyOf(open.keySet()));
  }
}
