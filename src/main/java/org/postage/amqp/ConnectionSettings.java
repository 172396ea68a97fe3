package org.postage.amqp;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.postage.transport.TransportException;

/**
 * Where the broker is and who asks. Immutable and thread-safe. Its text never shows the password.
 *
 * @see BrokerUri
 */
public final class ConnectionSettings {
  /** The port of AMQP. */
  public static final int DEFAULT_PORT = 5672;

  /** The port of AMQP over TLS. */
  public static final int DEFAULT_TLS_PORT = 5671;

  private final List<BrokerAddress> addresses;
  private final boolean isFailFast;
  private final String user;
  private final Supplier<String> password;
  private final String vhost;
  private final @Nullable Tls tls;
  private final Duration heartbeat;

  private ConnectionSettings(Builder builder) {
    tls = builder.tls;
    int port = builder.port != 0 ? builder.port : tls == null ? DEFAULT_PORT : DEFAULT_TLS_PORT;
    addresses = builder.addresses.stream().map(each -> each.withDefaultPort(port)).toList();
    isFailFast = builder.isFailFast;
    user = builder.user;
    password = builder.password;
    vhost = builder.vhost;
    heartbeat = builder.heartbeat;
  }

  /**
   * The settings of a bare RabbitMQ on this machine: {@code guest} on {@code localhost}, virtual
   * host {@code /}.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** The broker's user. */
  public String user() {
    return user;
  }

  /** The virtual host. */
  public String vhost() {
    return vhost;
  }

  /** Where the broker listens: one or more, each with its port. */
  List<BrokerAddress> addresses() {
    return addresses;
  }

  boolean isFailFast() {
    return isFailFast;
  }

  /** The password as it is now. What goes wrong is told without it. */
  String password() {
    try {
      return requireNonNull(password.get(), "no password (expected: not null)");
    } catch (RuntimeException e) {
      throw new TransportException("no password for user '" + user + "': " + Refusals.reason(e), e);
    }
  }

  @Nullable Tls tls() {
    return tls;
  }

  Duration heartbeat() {
    return heartbeat;
  }

  /** As {@link #toString()}, with only this one of its addresses. */
  String at(BrokerAddress address) {
    return text(address.toString());
  }

  @Override
  public String toString() {
    return text(addresses.stream().map(BrokerAddress::toString).collect(Collectors.joining(",")));
  }

  private String text(String where) {
    String scheme = tls == null ? "amqp" : "amqps";
    return scheme + "://" + user + "@" + where + " virtual host '" + vhost + "'";
  }

  /** Not thread-safe. May be used again: {@link #build()} takes a snapshot. */
  public static final class Builder {
    private List<BrokerAddress> addresses =
        List.of(new BrokerAddress("localhost", BrokerAddress.NO_PORT));
    private int port;
    private boolean isFailFast;
    private String user = "guest";
    private Supplier<String> password = () -> "guest";
    private String vhost = "/";
    private @Nullable Tls tls;
    private Duration heartbeat = Duration.ofSeconds(15);

    private Builder() {}

    /**
     * Name or address of the broker's only host. {@code localhost} unless set.
     *
     * @throws IllegalArgumentException if it is none, as with a port after it
     */
    public Builder host(String value) {
      BrokerAddress address = BrokerAddress.parse(notEmpty("host", value));
      if (address.port() != BrokerAddress.NO_PORT) {
        throw new IllegalArgumentException(
            "host: '"
                + address
                + "' (expected: without a port; port(..) or addresses(..) take it)");
      }
      return addresses(List.of(address));
    }

    /**
     * Where the broker listens: {@code host}, {@code host:port}, {@code [ip6]:port}. They are tried
     * in turn, beginning after the one that was lost; all must be nodes of one cluster.
     *
     * @throws IllegalArgumentException if one is none of that
     */
    public Builder addresses(String first, String... others) {
      List<BrokerAddress> all = new ArrayList<>();
      all.add(BrokerAddress.parse(first));
      for (String each : others) {
        all.add(BrokerAddress.parse(each));
      }
      return addresses(all);
    }

    Builder addresses(List<BrokerAddress> all) {
      addresses = List.copyOf(all);
      return this;
    }

    /** The port of addresses that name none, 1 to 65535. 5672 unless set, or 5671 with TLS. */
    public Builder port(int value) {
      port = BrokerAddress.checkedPort(value);
      return this;
    }

    /**
     * Gives up where no address can be reached at the first attempt, instead of going on trying.
     */
    public Builder failFast() {
      isFailFast = true;
      return this;
    }

    /** {@code guest} unless set. */
    public Builder user(String value) {
      user = notEmpty("user", value);
      return this;
    }

    /** {@code guest} unless set. */
    public Builder password(String value) {
      requireNonNull(value, "password");
      return password(() -> value);
    }

    /**
     * Where the password comes from. It is asked at each attempt to connect, on the connection's
     * own thread, so a password may change while the program runs. What it throws is logged and
     * shown, so it must not hold the password.
     */
    public Builder password(Supplier<String> source) {
      password = requireNonNull(source, "source");
      return this;
    }

    /** {@code /} unless set. */
    public Builder vhost(String value) {
      vhost = notEmpty("virtual host", value);
      return this;
    }

    /** TLS with the JVM's trusted certificates; the host's name is verified. */
    public Builder tls() {
      return tls(Tls.builder().build());
    }

    boolean hasTls() {
      return tls != null;
    }

    void tlsUnlessSet() {
      if (tls == null) {
        tls();
      }
    }

    /** TLS with these certificates; the host's name is verified. */
    public Builder tls(SSLContext context) {
      return tls(Tls.of(context));
    }

    /** TLS as this says. */
    public Builder tls(Tls value) {
      tls = requireNonNull(value, "tls");
      return this;
    }

    /**
     * How often each side shows that it is alive; a dead connection is noticed after about two of
     * these. 15 seconds unless set; the broker may ask for less.
     */
    public Builder heartbeat(Duration value) {
      if (value.toSeconds() < 1) {
        throw new IllegalArgumentException("heartbeat: " + value + " (expected: at least PT1S)");
      }
      heartbeat = value;
      return this;
    }

    /** The settings. */
    public ConnectionSettings build() {
      return new ConnectionSettings(this);
    }

    private static String notEmpty(String what, String value) {
      requireNonNull(value, what);
      if (value.isEmpty()) {
        throw new IllegalArgumentException(what + ": '' (expected: not empty)");
      }
      return value;
    }
  }
}
