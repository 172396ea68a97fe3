package org.postage.embedded.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.Broker;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening socket, the connections, and what a test can do to them all. Thread-safe. */
public final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final int BACKLOG = 128;

  // How long clients may take to agree that they are closed, before they are cut off.
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final Broker broker;
  private final Settings settings;
  private final Gate frozen = new Gate();
  private final Gate alarm = new Gate();
  private final AtomicLong lastId = new AtomicLong();
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile String alarmReason = "";
  private @Nullable ServerSocket listener;
  private @Nullable Thread acceptor;
  private int port;

  /** A server for {@code broker}, to listen on {@code port}; 0 takes any that is free. */
  public Server(Broker broker, Settings settings, int port) {
    this.broker = broker;
    this.settings = settings;
    this.port = port;
  }

  /** Listens and serves; once started with any port, always with the same one. */
  public synchronized void start() throws IOException {
    if (listener != null) {
      throw new IllegalStateException("listening on port " + port + " (expected: stopped)");
    }
    ServerSocket opened = new ServerSocket();
    try {
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    listener = opened;
    port = opened.getLocalPort();
    acceptor = start("accept", () -> accept(opened));
    start("clock", broker::keepTime);
    LOG.info("Listening on {}", opened.getLocalSocketAddress());
  }

  /** The port listened on, now or last. */
  public synchronized int port() {
    return port;
  }

  /** Closes all connections and the listening socket; returns when their threads have ended. */
  public synchronized void stop() {
    if (listener == null) {
      return;
    }
    closeQuietly(listener);
    listener = null;
    // From here on there are no new connections.
    if (acceptor != null) {
      join(acceptor);
    }
    frozen.open();
    alarm.open();
    closeConnections("broker forced connection closure with reason 'shutdown'");
    long deadline = System.nanoTime() + FAREWELL.toNanos();
    for (ClientConnection connection : connections) {
      connection.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      connection.drop();
    }
    threads.forEach(Thread::interrupt);
    new ArrayList<>(threads).forEach(Server::join);
    broker.restart();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept(ServerSocket from) {
    try {
      while (true) {
        serve(from.accept());
      }
    } catch (IOException e) {
      if (!from.isClosed()) {
        LOG.error("No longer accepting on {}", from.getLocalSocketAddress(), e);
      }
    }
  }

  private void serve(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      ClientConnection connection = new ClientConnection(lastId.incrementAndGet(), socket, this);
      connections.add(connection);
      start("write-" + connection.id(), connection.outbound());
      start("read-" + connection.id(), connection);
    } catch (IOException goneAlready) {
      LOG.debug("Client on {} went before it was served", socket, goneAlready);
      closeQuietly(socket);
    }
  }

  private Thread start(String what, Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } finally {
                threads.remove(Thread.currentThread());
              }
            },
            "embedded-broker-" + port + "-" + what);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** Neither reads nor writes from now on, though it still accepts: as a process that hangs. */
  public void freeze() {
    frozen.shut();
  }

  /** Goes on after {@link #freeze}. */
  public void thaw() {
    frozen.open();
  }

  /** Stops reading from whoever publishes, as RabbitMQ does when it is short of memory or disk. */
  public void block(String reason) {
    alarmReason = reason;
    alarm.shut();
  }

  /** Goes on reading after {@link #block}. */
  public void unblock() {
    alarm.open();
  }

  /** The connections that are open, in the order in which they came. */
  public List<ConnectionInfo> connections() {
    return connections.stream()
        .sorted(Comparator.comparingLong(ClientConnection::id))
        .flatMap(connection -> connection.info().stream())
        .toList();
  }

  /** Closes one connection with code 320; false if there is none of that number. */
  public boolean closeConnection(long id, String reason) {
    Optional<ClientConnection> found = connection(id);
    found.ifPresent(connection -> connection.close(forced(reason), MethodId.NONE));
    return found.isPresent();
  }

  /** Closes every open connection with code 320. */
  public void closeConnections(String reason) {
    for (ClientConnection connection : connections) {
      if (connection.info().isPresent()) {
        connection.close(forced(reason), MethodId.NONE);
      } else {
        connection.drop();
      }
    }
  }

  /** Cuts every connection without a word, as a network does. */
  public void dropConnections() {
    connections.forEach(ClientConnection::drop);
  }

  /**
   * Closes one channel with a code of the caller's choice; false if there is none of that number.
   */
  public boolean closeChannel(long id, int channel, ReplyCode code, String reason) {
    return connection(id)
        .map(
            connection ->
                connection.channels().refuse(channel, new Refusal(code, reason), MethodId.NONE))
        .orElse(false);
  }

  private Optional<ClientConnection> connection(long id) {
    return connections.stream()
        .filter(connection -> connection.id() == id && connection.info().isPresent())
        .findFirst();
  }

  private static Refusal forced(String reason) {
    return new Refusal(ReplyCode.CONNECTION_FORCED, reason);
  }

  Broker broker() {
    return broker;
  }

  Settings settings() {
    return settings;
  }

  Gate frozen() {
    return frozen;
  }

  Gate alarm() {
    return alarm;
  }

  String alarmReason() {
    return alarmReason;
  }

  void forget(ClientConnection connection) {
    connections.remove(connection);
  }

  private static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("Closing {} failed", socket, e);
    }
  }
}
