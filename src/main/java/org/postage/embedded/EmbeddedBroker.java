package org.postage.embedded;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.postage.embedded.model.Broker;
import org.postage.embedded.model.ReplyCode;
import org.postage.embedded.wire.Server;
import org.postage.embedded.wire.Settings;

/**
 * An AMQP 0-9-1 broker in this JVM that behaves as RabbitMQ does, for tests and demos.
 *
 * <pre>{@code
 * try (EmbeddedBroker broker = EmbeddedBroker.start()) {
 *   ConnectionFactory factory = new ConnectionFactory();
 *   factory.setUri(broker.uri());
 *   ...
 *   broker.advance(Duration.ofMinutes(5)); // what has five minutes to live is now dead-lettered
 * }
 * }</pre>
 *
 * <p>It listens on the loopback address only and keeps everything in memory. {@link #close} leaves
 * no thread and no socket behind. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private final Broker broker;
  private final Server server;
  private final String user;
  private final String password;
  private final Set<String> vhosts;

  private EmbeddedBroker(Builder settings) {
    user = settings.user;
    password = settings.password;
    vhosts = settings.vhosts;
    this.broker = new Broker(settings.vhosts);
    this.server =
        new Server(
            broker,
            new Settings(
                settings.user,
                settings.password,
                settings.frameMax,
                settings.channelMax,
                settings.heartbeat,
                settings.handshakeTimeout),
            settings.port);
    startAgain();
  }

  /**
   * Starts a broker on any free port, for user guest with password guest, with any virtual host.
   */
  public static EmbeddedBroker start() {
    return builder().start();
  }

  /** To start a broker that differs from {@link #start()}'s. */
  public static Builder builder() {
    return new Builder();
  }

  /** The loopback address that it listens on. */
  public String host() {
    return "127.0.0.1";
  }

  /** The port that it listens on, the same before and after a restart. */
  public int port() {
    return server.port();
  }

  /** Where to connect to the default virtual host, with user and password. */
  public URI uri() {
    return uri(Broker.DEFAULT_VHOST);
  }

  /** Where to connect to a virtual host, with user and password. */
  public URI uri(String vhost) {
    return URI.create(
        "amqp://"
            + encoded(user)
            + ":"
            + encoded(password)
            + "@"
            + host()
            + ":"
            + port()
            + "/"
            + encoded(vhost));
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * A virtual host, to look into.
   *
   * @throws IllegalArgumentException if the broker was given names and this is not one of them
   */
  public EmbeddedVhost vhost(String name) {
    return new EmbeddedVhost(
        broker,
        broker
            .locked(() -> broker.vhost(requireNonNull(name, "name")))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "vhost: " + name + " (expected: one of " + vhosts + ")")));
  }

  /** The default virtual host, {@code /}, to look into. */
  public EmbeddedVhost vhost() {
    return vhost(Broker.DEFAULT_VHOST);
  }

  /**
   * Moves the broker's clock on, ahead of the world's. What expires on the way does so in order,
   * and has done so when this returns.
   */
  public void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("by: " + by + " (expected: >= PT0S)");
    }
    broker.advance(by);
  }

  /**
   * Closes all connections and stops listening. Durable queues and exchanges stay, and persistent
   * messages in them; the rest is forgotten. Does nothing if it is stopped.
   */
  public void stop() {
    server.stop();
  }

  /**
   * Listens again, on the same port, after {@link #stop}.
   *
   * @throws IllegalStateException if it is not stopped
   * @throws UncheckedIOException if somebody else has taken the port
   */
  public void startAgain() {
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException("port: " + server.port() + " (expected: free)", e);
    }
  }

  /** Accepts connections and answers nothing from now on, as a process that hangs. */
  public void freeze() {
    server.freeze();
  }

  /** Goes on where {@link #freeze} stopped it. */
  public void thaw() {
    server.thaw();
  }

  /**
   * Stops reading from connections that publish, and tells those that want to hear it why, as
   * RabbitMQ does when it is short of memory or disk. Connections that only consume go on.
   */
  public void block(String reason) {
    server.block(requireNonNull(reason, "reason"));
  }

  /** Ends what {@link #block} began. */
  public void unblock() {
    server.unblock();
  }

  /** The open connections, in the order in which they came. */
  public List<ConnectionView> connections() {
    return server.connections().stream().map(ConnectionView::of).toList();
  }

  /**
   * Closes a connection with code 320, as {@code rabbitmqctl close_connection} does; false if it
   * has gone.
   */
  public boolean closeConnection(long id, String reason) {
    return server.closeConnection(id, requireNonNull(reason, "reason"));
  }

  /** Closes all connections with code 320. */
  public void closeConnections(String reason) {
    server.closeConnections(requireNonNull(reason, "reason"));
  }

  /** Cuts all connections without a word, as a network does. */
  public void dropConnections() {
    server.dropConnections();
  }

  /**
   * Closes a channel with a reply code, such as 406, as for an error of the client's; false if it
   * has gone.
   *
   * @throws IllegalArgumentException if the protocol knows no such code for a channel
   */
  public boolean closeChannel(long connection, int channel, int code, String reason) {
    for (ReplyCode known : ReplyCode.values()) {
      if (known.code() == code && !known.closesConnection()) {
        return server.closeChannel(connection, channel, known, requireNonNull(reason, "reason"));
      }
    }
    throw new IllegalArgumentException("code: " + code + " (expected: 403, 404, 405 or 406)");
  }

  /** Stops for good. */
  @Override
  public void close() {
    stop();
  }

  @Override
  public String toString() {
    return "EmbeddedBroker[" + host() + ":" + port() + "]";
  }

  /** Settings of a broker to start. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_PORT = 65_535;

    private int port;
    private String user = "guest";
    private String password = "guest";
    private Set<String> vhosts = Set.of();
    private int frameMax = 131_072;
    private int channelMax = 2_047;
    private Duration heartbeat = Duration.ofSeconds(60);
    private Duration handshakeTimeout = Duration.ofSeconds(10);

    private Builder() {}

    /** Where to listen; 0, the default, takes any free port. */
    public Builder port(int number) {
      if (number < 0 || number > MAX_PORT) {
        throw new IllegalArgumentException("port: " + number + " (expected: 0 to 65535)");
      }
      port = number;
      return this;
    }

    /** The one user who may log in. Defaults to guest, with password guest. */
    public Builder user(String name, String itsPassword) {
      user = requireNonNull(name, "name");
      password = requireNonNull(itsPassword, "itsPassword");
      return this;
    }

    /**
     * The virtual hosts that there are, beside {@code /}. By default any is there as soon as it is
     * asked for.
     */
    public Builder vhosts(String... names) {
      Set<String> all = new TreeSet<>(List.of(names));
      all.add(Broker.DEFAULT_VHOST);
      vhosts = all;
      return this;
    }

    /** Longest frame in octets, 4096 or more. Defaults to 131072, as RabbitMQ's. */
    public Builder frameMax(int octets) {
      if (octets < 4_096) {
        throw new IllegalArgumentException("frameMax: " + octets + " (expected: >= 4096)");
      }
      frameMax = octets;
      return this;
    }

    /** Most channels of a connection, 1 to 65535. Defaults to 2047, as RabbitMQ's. */
    public Builder channelMax(int channels) {
      if (channels < 1 || channels > 65_535) {
        throw new IllegalArgumentException("channelMax: " + channels + " (expected: 1 to 65535)");
      }
      channelMax = channels;
      return this;
    }

    /**
     * The interval that clients are asked to send heartbeats in; zero asks for none. Defaults to a
     * minute.
     */
    public Builder heartbeat(Duration interval) {
      if (interval.isNegative() || interval.toSeconds() > 65_535) {
        throw new IllegalArgumentException(
            "heartbeat: " + interval + " (expected: PT0S to PT18H12M15S)");
      }
      heartbeat = interval;
      return this;
    }

    /** How long a client may take to log in, before it is dropped. Defaults to ten seconds. */
    public Builder handshakeTimeout(Duration limit) {
      if (limit.isNegative() || limit.isZero() || limit.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "handshakeTimeout: " + limit + " (expected: more than PT0S, at most a day)");
      }
      handshakeTimeout = limit;
      return this;
    }

    /**
     * Starts the broker; it is ready when this returns.
     *
     * @throws UncheckedIOException if the port is taken
     */
    public EmbeddedBroker start() {
      return new EmbeddedBroker(this);
    }
  }
}
