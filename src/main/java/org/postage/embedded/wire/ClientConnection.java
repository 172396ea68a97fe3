package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.Method;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.Client;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection, run by the thread that reads from it. */
final class ClientConnection implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
  private static final int BASIC_CLASS = 60;
  // basic.publish, ack, reject and nack.
  private static final Set<Integer> UNANSWERED = Set.of(40, 80, 90, 120);

  // How long a client may take to read why it was closed, before it is dropped.
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final long id;
  private final Socket socket;
  private final Server server;
  private final TimedInput input;
  private final FrameReader in;
  private final Outbound outbound;

  private final Channels channels;
  private final CountDownLatch ended = new CountDownLatch(1);
  private Client client;

  // Null until the handshake is over.
  private volatile Handshake.@Nullable Agreement agreement;

  // Once it was told to close, nothing is heard but that it did.
  private volatile boolean closing;

  ClientConnection(long id, Socket socket, Server server) throws IOException {
    this.id = id;
    this.socket = socket;
    this.server = server;
    this.input = new TimedInput(socket);
    this.in = new FrameReader(input);
    this.client = new Client(id, "");
    this.channels = new Channels(this, server.broker());
    this.outbound = new Outbound(socket, server.frozen(), channels::catchUp);
  }

  Outbound outbound() {
    return outbound;
  }

  Channels channels() {
    return channels;
  }

  long id() {
    return id;
  }

  @Override
  public void run() {
    try {
      converse();
    } catch (EOFException gone) {
      LOG.debug("Client {} closed its socket", this);
    } catch (InterruptedIOException silent) {
      LOG.warn("Dropped {}: {}", this, timeoutReason());
    } catch (IOException e) {
      LOG.debug("Lost {}", this, e);
      if (e instanceof Handshake.HandshakeException) {
        LOG.warn("Dropped {}: {}", this, e.getMessage());
      }
    } catch (RuntimeException bug) {
      LOG.error("Dropped {} for a failure of the broker's own", this, bug);
    } finally {
      leave();
    }
  }

  private String timeoutReason() {
    return agreement == null ? "not connected in time" : "missed heartbeats";
  }

  private void converse() throws IOException {
    input.allowAltogether(server.settings().handshakeTimeout());
    passFrozen();
    if (!in.readProtocolHeader()) {
      LOG.warn("Dropped {}: it does not speak AMQP 0-9-1", this);
      socket.getOutputStream().write(FrameReader.protocolHeader());
      return;
    }
    try {
      begin(new Handshake(in, this, server.settings(), server.broker()).agree());
      while (true) {
        Frame frame = in.read();
        passFrozen();
        if (getsAnAnswer(frame)) {
          outbound.awaitRoom();
        }
        if (!onFrame(frame)) {
          return;
        }
        if (in.drained()) {
          channels.flushConfirms();
        }
      }
    } catch (Refusal unreadable) {
      close(unreadable, MethodId.NONE);
      outbound.finish();
      input.allowAltogether(LINGER);
      in.discardRest();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin(Handshake.Agreement agreed) throws IOException {
    client = new Client(id, agreed.user());
    agreement = agreed;
    in.frameMax(agreed.frameMax());
    outbound.heartbeat(agreed.heartbeat());
    // Two intervals, as the protocol asks.
    input.allowSilence(agreed.heartbeat().multipliedBy(2));
    send(new AMQImpl.Connection.OpenOk(""));
  }

  /** Takes one frame; false if it was the last. */
  private boolean onFrame(Frame frame) throws InterruptedException, IOException {
    try {
      return take(frame);
    } catch (Refusal refusal) {
      if (refusal.code().closesConnection()) {
        close(refusal, MethodId.of(frame));
        input.allowAltogether(LINGER);
      } else {
        channels.refuse(frame.getChannel(), refusal, MethodId.of(frame));
      }
      return true;
    }
  }

  private boolean take(Frame frame) throws InterruptedException {
    switch (frame.getType()) {
      case AMQP.FRAME_HEARTBEAT -> onHeartbeat(frame);
      case AMQP.FRAME_METHOD -> {
        Method method = decode(frame);
        if (frame.getChannel() == 0) {
          return onConnectionMethod(method);
        }
        waitWhileBlocked(method);
        onChannelFrame(frame, method);
      }
      case AMQP.FRAME_HEADER, AMQP.FRAME_BODY -> onChannelFrame(frame, null);
      default -> throw FrameReader.malformed(frame.getType(), frame.getPayload(), "unknown_frame");
    }
    return true;
  }

  private static void onHeartbeat(Frame frame) {
    if (frame.getPayload().length > 0) {
      throw FrameReader.malformed(frame.getType(), frame.getPayload(), "unknown_frame");
    }
    if (frame.getChannel() != 0) {
      throw new Refusal(ReplyCode.UNEXPECTED_FRAME, "type 8, all octets = <<>>");
    }
  }

  private boolean onConnectionMethod(Method method) {
    if (method instanceof AMQP.Connection.CloseOk) {
      return false;
    } else if (method instanceof AMQP.Connection.Close) {
      endChannels();
      send(new AMQImpl.Connection.CloseOk());
      return false;
    } else if (method instanceof AMQP.Connection.UpdateSecret) {
      send(new AMQImpl.Connection.UpdateSecretOk());
    } else {
      throw new Refusal(ReplyCode.CHANNEL_ERROR, "unexpected method in connection state running");
    }
    return true;
  }

  private void onChannelFrame(Frame frame, @Nullable Method method) {
    if (!closing) {
      channels.onFrame(frame, method);
    }
  }

  /**
   * A publisher is not read from while the broker is short of something; others are not disturbed.
   */
  private void waitWhileBlocked(Method method) throws InterruptedException {
    if (method instanceof AMQP.Basic.Publish && server.alarm().isShut()) {
      boolean tell = understands("connection.blocked");
      if (tell) {
        send(new AMQImpl.Connection.Blocked(server.alarmReason()));
      }
      channels.flushConfirms();
      server.alarm().pass();
      if (tell) {
        send(new AMQImpl.Connection.Unblocked());
      }
    }
  }

  /**
   * Whether more will have to be written for it. What is published and settled is read also from a
   * client that is behind with reading: it may read on only when it could write.
   */
  private static boolean getsAnAnswer(Frame frame) {
    byte[] payload = frame.getPayload();
    if (frame.getType() != AMQP.FRAME_METHOD || payload.length < 4) {
      return false;
    }
    boolean isBasic = payload[0] == 0 && payload[1] == BASIC_CLASS;
    return !isBasic || !UNANSWERED.contains((int) payload[3]);
  }

  /** Decodes a method frame, or refuses what cannot be decoded. */
  Method decode(Frame frame) {
    byte[] payload = frame.getPayload();
    try {
      return AMQImpl.readMethodFrom(frame.getInputStream());
    } catch (IOException | RuntimeException undecodable) {
      byte[] args = Arrays.copyOfRange(payload, Math.min(4, payload.length), payload.length);
      throw new Refusal(ReplyCode.FRAME_ERROR, "cannot decode " + Octets.binary(args));
    }
  }

  /** Closes the connection from the broker's side; the client has yet to agree. */
  void close(Refusal refusal, MethodId cause) {
    if (!closing) {
      closing = true;
      endChannels();
      String text = Wire.shortText(refusal.text());
      if (refusal.code() == ReplyCode.CONNECTION_FORCED) {
        LOG.debug("Closed {} as told: {}", this, text);
      } else {
        LOG.warn("Closed {}: {}", this, text);
      }
      send(
          new AMQImpl.Connection.Close(
              refusal.code().code(), text, cause.classId(), cause.methodId()));
    }
  }

  /** Cuts the connection without a word. */
  void drop() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("Closing the socket of {} failed", this, e);
    }
    // Its reader may be kept waiting, and would not see that the socket is gone.
    outbound.finish();
  }

  /**
   * Waits until everything of the connection has been cleaned up, though no longer than {@code
   * limit}.
   */
  void awaitEnd(Duration limit) {
    try {
      boolean unused = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void leave() {
    try {
      endChannels();
    } finally {
      outbound.finish();
      outbound.awaitEnd(LINGER);
      drop();
      server.forget(this);
      ended.countDown();
    }
  }

  private void endChannels() {
    channels.endAll();
    Handshake.Agreement agreed = agreement;
    if (agreed != null) {
      server.broker().locked(() -> agreed.vhost().left(client));
    }
  }

  void passFrozen() throws IOException {
    try {
      server.frozen().pass();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new EOFException();
    }
  }

  boolean hasRoom() {
    return outbound.hasRoom();
  }

  void send(Method method) {
    send(List.of(Wire.frame(method, 0)));
  }

  void send(List<Frame> frames) {
    outbound.send(frames);
  }

  ClientChannel newChannel(int number) {
    return new ClientChannel(number, this, agreed().vhost(), client);
  }

  int channelMax() {
    return agreed().channelMax();
  }

  int frameMax() {
    return agreed().frameMax();
  }

  boolean understands(String capability) {
    return ServerProperties.capable(agreed().clientProperties(), capability);
  }

  private Handshake.Agreement agreed() {
    if (agreement == null) {
      throw new IllegalStateException("no agreement with " + this + " yet");
    }
    return agreement;
  }

  /** What there is to say of the connection; empty until it is open. */
  Optional<ConnectionInfo> info() {
    Handshake.Agreement agreed = agreement;
    return agreed == null
        ? Optional.empty()
        : Optional.of(
            new ConnectionInfo(
                id,
                socket.getPort(),
                agreed.user(),
                agreed.vhost().name(),
                agreed.clientProperties(),
                channels.numbers()));
  }

  @Override
  public String toString() {
    return "connection " + id + " from port " + socket.getPort();
  }
}
