package org.postage.embedded.conformance;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.LongStringHelper;
import com.rabbitmq.client.impl.Method;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that can be told to misbehave. */
public final class RawClient implements AutoCloseable {
  private static final int LIMIT_MILLIS = 15_000;
  private static final int LONGEST_PAYLOAD = 1 << 20;
  private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  private final Socket socket;
  private final DataInputStream in;
  private final TargetBroker broker;

  private RawClient(TargetBroker broker) throws IOException {
    this.broker = broker;
    this.socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
    socket.setSoTimeout(LIMIT_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new DataInputStream(socket.getInputStream());
  }

  /** A socket on which nothing was said yet. */
  public static RawClient silent(TargetBroker broker) throws IOException {
    return new RawClient(broker);
  }

  /** A client that the broker has greeted. */
  public static RawClient greeted(TargetBroker broker) throws IOException {
    RawClient client = new RawClient(broker);
    client.send(HEADER);
    client.expect(AMQP.Connection.Start.class);
    return client;
  }

  /** A client that is connected, with these limits. */
  public static RawClient connected(
      TargetBroker broker, int channelMax, int frameMax, int heartbeat) throws IOException {
    RawClient client = greeted(broker);
    client.login("PLAIN", "\0guest\0guest", Map.of());
    client.expect(AMQP.Connection.Tune.class);
    client.send(0, new AMQImpl.Connection.TuneOk(channelMax, frameMax, heartbeat));
    client.send(0, new AMQImpl.Connection.Open(broker.vhost(), "", false));
    client.expect(AMQP.Connection.OpenOk.class);
    return client;
  }

  /** A client that is connected and has opened channel 1. */
  public static RawClient withChannel(TargetBroker broker) throws IOException {
    RawClient client = connected(broker, 100, 131_072, 0);
    client.openChannel(1);
    return client;
  }

  public void openChannel(int number) throws IOException {
    send(number, new AMQImpl.Channel.Open(""));
    expect(AMQP.Channel.OpenOk.class);
  }

  public void login(String mechanism, String response, Map<String, Object> properties)
      throws IOException {
    login(mechanism, response.getBytes(StandardCharsets.UTF_8), properties);
  }

  public void login(String mechanism, byte[] response, Map<String, Object> properties)
      throws IOException {
    send(
        0,
        new AMQImpl.Connection.StartOk(
            properties, mechanism, LongStringHelper.asLongString(response), "en_US"));
  }

  public void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  public void send(int channel, Method method) throws IOException {
    send(bytes(method.toFrame(channel)));
  }

  /** A frame that need not make sense. */
  public void frame(int type, int channel, byte[] payload) throws IOException {
    send(bytes(new Frame(type, channel, ByteBuffer.wrap(payload))));
  }

  /** A method frame whose arguments need not make sense. */
  public void method(int channel, int classId, int methodId, byte... arguments) throws IOException {
    frame(
        AMQP.FRAME_METHOD,
        channel,
        ByteBuffer.allocate(4 + arguments.length)
            .putShort((short) classId)
            .putShort((short) methodId)
            .put(arguments)
            .array());
  }

  /** A content header without properties. */
  public void header(int channel, int classId, long size) throws IOException {
    frame(
        AMQP.FRAME_HEADER,
        channel,
        ByteBuffer.allocate(14)
            .putShort((short) classId)
            .putShort((short) 0)
            .putLong(size)
            .putShort((short) 0)
            .array());
  }

  public void publish(int channel, String exchange, String key) throws IOException {
    send(channel, new AMQImpl.Basic.Publish(0, exchange, key, false, false));
  }

  private static byte[] bytes(Frame frame) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    frame.writeTo(out);
    out.flush();
    return bytes.toByteArray();
  }

  /** The next frame; null at the end. */
  public @Nullable Frame read() throws IOException {
    try {
      return Frame.readFrom(in, () -> LONGEST_PAYLOAD);
    } catch (EOFException | SocketException ended) {
      return null;
    }
  }

  /** The next method, whatever heartbeats come before it; null at the end. */
  public @Nullable Method readMethod() throws IOException {
    Frame frame = read();
    while (frame != null && frame.getType() != AMQP.FRAME_METHOD) {
      frame = read();
    }
    return frame == null ? null : AMQImpl.readMethodFrom(frame.getInputStream());
  }

  public <M> M expect(Class<M> type) throws IOException {
    Method method = readMethod();
    if (!type.isInstance(method)) {
      throw new AssertionError("broker's method: " + method + " (expected: " + type + ")");
    }
    return type.cast(method);
  }

  /** What the broker closes next, and why; null if it hangs up without a word. */
  @Nullable Closed closed() throws IOException {
    for (Method next = readMethod(); next != null; next = readMethod()) {
      if (next instanceof AMQP.Connection.Close close) {
        return Closed.connection(close.getReplyCode(), close.getReplyText());
      } else if (next instanceof AMQP.Channel.Close close) {
        return Closed.channel(close.getReplyCode(), close.getReplyText());
      }
    }
    return null;
  }

  /** The broker's next bytes as they come, up to {@code count}. */
  byte[] readBytes(int count) throws IOException {
    return in.readNBytes(count);
  }

  /** True once the broker has hung up; waits for it, and reads what it still says. */
  public boolean hungUp() throws IOException {
    try {
      while (in.read() >= 0) {}
      return true;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  @Override
  public String toString() {
    return "RawClient of " + broker;
  }
}
