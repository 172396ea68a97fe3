package org.postage.amqp;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the client, and its socket: the one way out of a write that hangs. Thread-safe.
 */
final class BrokerConnection {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerConnection.class);
  private static final int CONNECT_MILLIS = 5_000;
  private static final int RPC_MILLIS = 10_000;
  private static final int CLOSE_MILLIS = 3_000;

  /**
   * RabbitMQ's own limit is 128 MiB. Ours has to be above it: a message over ours would kill the
   * connection.
   */
  private static final int MAX_INBOUND_BYTES = 128 * 1024 * 1024 + 1;

  private final BrokerAddress address;
  private final Connection connection;
  private final @Nullable Socket socket;
  private final @Nullable HeldFrames frames;

  BrokerConnection(
      BrokerAddress address,
      Connection connection,
      @Nullable Socket socket,
      @Nullable HeldFrames frames) {
    this.address = address;
    this.connection = connection;
    this.socket = socket;
    this.frames = frames;
  }

  /** Opens a connection, or says within about 15 seconds why it can't. */
  static BrokerConnection open(ConnectionSettings settings, BrokerAddress address, String name)
      throws IOException, TimeoutException {
    AtomicReference<@Nullable Socket> socket = new AtomicReference<>();
    AtomicReference<@Nullable HeldFrames> frames = new AtomicReference<>();
    ConnectionFactory factory = new HeldFrames.Factory(SHUTDOWNS, frames::set);
    factory.setHost(address.host());
    factory.setPort(address.port());
    factory.setUsername(settings.user());
    factory.setPassword(settings.password());
    factory.setVirtualHost(settings.vhost());
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setRequestedHeartbeat(Math.toIntExact(settings.heartbeat().toSeconds()));
    factory.setConnectionTimeout(CONNECT_MILLIS);
    factory.setHandshakeTimeout(RPC_MILLIS);
    factory.setChannelRpcTimeout(RPC_MILLIS);
    factory.setChannelShouldCheckRpcResponseType(true);
    factory.setShutdownTimeout(CLOSE_MILLIS);
    factory.setMaxInboundMessageBodySize(MAX_INBOUND_BYTES);
    factory.setSharedExecutor(new DirectExecutor());
    // Logs and closes nothing: a consumer that is closed for an exception of ours would be dead and
    // nobody told.
    factory.setExceptionHandler(new ForgivingExceptionHandler());
    factory.setThreadFactory(task -> daemon(task, name + "-io"));
    factory.setSocketConfigurator(
        s -> {
          s.setTcpNoDelay(true);
          s.setKeepAlive(true);
          socket.set(s);
        });
    AtomicBoolean isCertificateWanted = new AtomicBoolean();
    Tls tls = settings.tls();
    if (tls != null) {
      use(tls, factory, () -> isCertificateWanted.set(true));
    }
    try {
      return new BrokerConnection(address, factory.newConnection(name), socket.get(), frames.get());
    } catch (IOException e) {
      if (isCertificateWanted.get() && Refusals.isBrokenOff(e)) {
        throw new TransportException(
            "no TLS: the broker wants a client certificate"
                + " (expected: Tls.Builder.clientCertificate(..))",
            e);
      }
      throw e;
    }
  }

  private static void use(Tls tls, ConnectionFactory factory, Runnable onCertificateWanted) {
    try {
      factory.setSocketFactory(tls.context(onCertificateWanted).getSocketFactory());
    } catch (RuntimeException e) {
      throw new TransportException(Refusals.reason(e), e);
    }
    if (!tls.takesAnyHostName()) {
      factory.enableHostnameVerification();
    }
  }

  // Its threads go soon after a connection has: nothing of ours shall stay behind.
  private static final ExecutorService SHUTDOWNS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> daemon(task, "postage-shutdown"));

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Which of the broker's addresses it is to. */
  BrokerAddress address() {
    return address;
  }

  Connection client() {
    return connection;
  }

  Channel createChannel() throws IOException {
    Channel channel = connection.createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    return channel;
  }

  /** What the broker says of itself, for example its {@code version}. */
  Map<String, Object> serverProperties() {
    return connection.getServerProperties();
  }

  /** Holds back what is written, so that more can go out with it; {@link #letGo} has to follow. */
  void hold() {
    if (frames != null) {
      frames.hold();
    }
  }

  /**
   * Holds back no longer what is written from now on.
   *
   * @return whether something waits for a flush
   */
  boolean letGo() {
    return frames != null && frames.letGo();
  }

  /** Writes what was held back. */
  void flush() throws IOException {
    if (frames != null) {
      frames.flush(null);
    }
  }

  /** Closes in good order where that is possible in a few seconds, and otherwise all the same. */
  void close() {
    try {
      connection.close(CLOSE_MILLIS);
    } catch (IOException | RuntimeException e) {
      LOG.debug("Closing the connection failed; its socket is closed instead", e);
    }
    kill();
  }

  /** Closes the socket: frees whoever hangs in a write, and makes the client notice. */
  void kill() {
    try {
      if (socket != null) {
        // Without waiting: with TLS, closing in good order waits for whoever hangs in a write.
        socket.setSoLinger(true, 0);
        socket.close();
      }
    } catch (IOException e) {
      LOG.debug("Closing a socket failed", e);
    }
  }

  /** How long a graceful close may take. */
  static Duration closeTimeout() {
    return Duration.ofMillis(CLOSE_MILLIS);
  }
}
