package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.LongStringHelper;
import com.rabbitmq.client.impl.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.Channel;
import org.postage.embedded.model.Client;
import org.postage.embedded.model.Message;
import org.postage.embedded.model.Receiver;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;
import org.postage.embedded.model.VirtualHost;

/**
 * One channel of a connection: takes its frames, answers its methods. Guarded by the broker's lock.
 */
final class ClientChannel implements Receiver {
  private final int number;
  private final ClientConnection connection;
  private final VirtualHost vhost;
  private final Client client;
  private final Channel model;
  private final Publisher publisher;
  private final MethodTable methods = new MethodTable();

  // What an empty queue name in a method stands for.
  private @Nullable String lastQueue;
  private @Nullable Content incoming;

  private boolean opened;

  // Once it was told to close, nothing is heard but that it did.
  private boolean closing;

  ClientChannel(int number, ClientConnection connection, VirtualHost vhost, Client client) {
    this.number = number;
    this.connection = connection;
    this.vhost = vhost;
    this.client = client;
    this.model = new Channel(vhost, client, this);
    this.publisher = new Publisher(this, model);
    new ExchangeMethods(this).addTo(methods);
    new QueueMethods(this).addTo(methods);
    new BasicMethods(this, model).addTo(methods);
    publisher.addTo(methods);
    methods
        .on(AMQImpl.Channel.Flow.class, this::flow)
        .on(AMQImpl.Channel.Close.class, this::close)
        .on(AMQImpl.Channel.CloseOk.class, closed -> connection.channels().forget(this))
        .on(AMQImpl.Access.Request.class, request -> send(new AMQImpl.Access.RequestOk(1)));
  }

  int number() {
    return number;
  }

  VirtualHost vhost() {
    return vhost;
  }

  Client client() {
    return client;
  }

  /**
   * Takes a frame; {@code method} is what it says if it is a method frame, and null if it is not.
   */
  void onFrame(Frame frame, @Nullable Method method) {
    if (closing) {
      if (method instanceof AMQP.Channel.Close || method instanceof AMQP.Channel.CloseOk) {
        methods.handle(method);
      }
    } else if (incoming != null) {
      onContent(incoming, frame);
    } else if (method instanceof AMQP.Channel.Open) {
      open();
    } else if (method instanceof AMQP.Basic.Publish publish) {
      incoming = new Content(publish);
    } else if (method != null) {
      methods.handle(method);
    } else {
      throw new Refusal(
          ReplyCode.UNEXPECTED_FRAME, "expected method frame, got non method frame instead");
    }
  }

  private void onContent(Content content, Frame frame) {
    if (content.take(frame)) {
      incoming = null;
      publisher.publish(content);
    }
  }

  private void open() {
    if (opened) {
      throw new Refusal(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen");
    }
    opened = true;
    send(new AMQImpl.Channel.OpenOk(LongStringHelper.asLongString("")));
  }

  /** Closes the channel from this side, and says why. */
  void refuse(Refusal refusal, MethodId cause) {
    if (!closing) {
      // What was taken is confirmed, also when the next was not.
      publisher.flush();
      closing = true;
      incoming = null;
      model.close();
      send(
          new AMQImpl.Channel.Close(
              refusal.code().code(),
              Wire.shortText(refusal.text()),
              cause.classId(),
              cause.methodId()));
    }
  }

  /** Ends what the channel has in the virtual host. */
  void end() {
    if (!closing) {
      publisher.flush();
      closing = true;
      model.close();
    }
  }

  void catchUp() {
    model.deliverAll();
  }

  /** Sends the confirms that were held back to be sent together. */
  void flushConfirms() {
    if (!closing) {
      publisher.flush();
    }
  }

  private void flow(AMQP.Channel.Flow flow) {
    if (!flow.getActive()) {
      throw new Refusal(ReplyCode.NOT_IMPLEMENTED, "active=false");
    }
    send(new AMQImpl.Channel.FlowOk(true));
  }

  private void close(AMQP.Channel.Close close) {
    flushConfirms();
    end();
    send(new AMQImpl.Channel.CloseOk());
    connection.channels().forget(this);
  }

  /** The queue that a method means: the one it names, or the channel's last declared one. */
  String queueOrLast(String name) {
    if (!name.isEmpty()) {
      return name;
    }
    if (lastQueue == null) {
      throw new Refusal(ReplyCode.NOT_FOUND, "no previously declared queue");
    }
    return lastQueue;
  }

  void lastQueue(String name) {
    lastQueue = name;
  }

  void send(Method method) {
    connection.send(List.of(Wire.frame(method, number)));
  }

  /** Sends an answer, unless the client said that it waits for none. */
  void answer(boolean nowait, Method method) {
    if (!nowait) {
      send(method);
    }
  }

  /** Sends a method with a message behind it. */
  void send(Method method, Message message) {
    byte[] body = message.body();
    List<Frame> frames = new ArrayList<>(3);
    frames.add(Wire.frame(method, number));
    frames.add(Wire.header(message.properties(), number, body.length));
    int most = connection.frameMax() - FrameReader.FRAME_OVERHEAD;
    for (int start = 0; start < body.length; start += most) {
      frames.add(Wire.body(number, body, start, Math.min(most, body.length - start)));
    }
    connection.send(frames);
  }

  @Override
  public boolean hasRoom() {
    return connection.hasRoom();
  }

  @Override
  public void deliver(String tag, long deliveryTag, boolean redelivered, Message message) {
    send(
        new AMQImpl.Basic.Deliver(
            tag, deliveryTag, redelivered, message.exchange(), message.routingKey()),
        message);
  }

  @Override
  public void cancelled(String tag) {
    if (!closing && connection.understands("consumer_cancel_notify")) {
      send(new AMQImpl.Basic.Cancel(tag, true));
    }
  }
}
