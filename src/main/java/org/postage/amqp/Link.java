package org.postage.amqp;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.postage.message.SafeText;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection to the broker, and the tenants that live on it, alive until it is closed.
 *
 * <p>Thread-safe: everything that happens to the connection happens on the link's one thread.
 */
final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  // What lived that long did not die of being opened.
  static final long LIVED_NANOS = TimeUnit.SECONDS.toNanos(2);

  // Longer than any one wait on the link's thread: connecting, or a declaration that gets no
  // answer.
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  // Longer than what a sound broker ever needs for one declaration.
  static final Duration STUCK = Duration.ofSeconds(60);
  private static final int STUCK_CHECKS = 12;

  // What a broker has refused it will most likely refuse again.
  private static final long REFUSED_MILLIS = 5_000;

  private final String name;
  private final ConnectionSettings settings;
  private final LinkLoop loop;
  private final Duration stuck;

  // I1: these are touched on the loop only.
  private final Tenancies tenancies;
  private final Backoff backoff = new Backoff();
  private final Connector connector;
  private long connectedAt;
  private boolean isFailFast;
  private @Nullable CompletableFuture<Void> firstRound;
  // Read elsewhere too, to free what hangs.
  private volatile @Nullable BrokerConnection current;

  // Why the broker does not read from the connection; null while it does.
  private volatile @Nullable String blocked;
  private final LongAdder connects = new LongAdder();
  private volatile boolean isClosed;
  private volatile boolean isConnected;
  private volatile String state = "not connected yet";

  /**
   * Not connected yet.
   *
   * @param stuck gives up a connection on which nothing went on for that long while there was
   *     something to do
   */
  Link(String name, ConnectionSettings settings, LinkLoop loop, Duration stuck) {
    this.name = name;
    this.settings = settings;
    this.loop = loop;
    this.stuck = stuck;
    tenancies = new Tenancies(loop, this::giveUpIfInDoubt);
    connector = new Connector(name, settings);
    loop.watch(stuck.dividedBy(STUCK_CHECKS), this::freeIfStuck);
  }

  /**
   * Makes the first attempt, and waits for how it ends. Later ones follow by themselves.
   *
   * @param failsFast whether it is an error, and the end, if no address can be reached
   * @throws BrokerRefusedException if the broker was reached and refused: waiting would not help
   * @throws TransportException if there is no password to be had; if this fails fast, also if the
   *     broker can't be reached
   */
  void start(boolean failsFast) {
    CompletableFuture<Void> round = new CompletableFuture<>();
    String asked = "cannot connect to " + settings;
    int rounds = failsFast ? settings.addresses().size() : 1;
    try {
      loop.submit(
          () -> {
            firstRound = round;
            isFailFast = failsFast;
            connect();
          });
      LinkLoop.await(round, asked, CALL_TIMEOUT.multipliedBy(rounds));
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException(asked + ": closed", e);
    } catch (TransportException e) {
      if (failsFast || round.isDone() || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      // Nobody waits any more: it goes on trying.
      execute(() -> firstRound = null);
    }
  }

  boolean isConnected() {
    return isConnected;
  }

  /** How often it connected again. */
  long reconnects() {
    return Math.max(0, connects.sum() - 1);
  }

  String name() {
    return name;
  }

  /** Whether its thread works, or works on something that is not yet overdue. */
  boolean isLive() {
    // Its socket is closed after the one, and that did not help.
    return loop.stuckFor().compareTo(stuck.multipliedBy(3).dividedBy(2)) < 0;
  }

  /** In words: connected, or why not. */
  String state() {
    return state;
  }

  /**
   * Opens a tenant, now and on each connection to come.
   *
   * @throws TransportException if the broker is connected and refuses; the tenant is not kept then
   */
  void add(String what, Tenant tenant) {
    boolean[] isOpen = {false};
    try {
      change(
          what,
          connection -> {
            tenant.open(connection);
            isOpen[0] = true;
          },
          () -> tenancies.add(tenant, isOpen[0]));
    } catch (RuntimeException e) {
      // It may still be opened after we lost patience, and nobody would close it.
      remove(tenant);
      throw e;
    }
  }

  /** Something that is done on a connection. */
  @FunctionalInterface
  interface Action {
    void on(BrokerConnection connection) throws IOException, TimeoutException;
  }

  /**
   * Does something on the connection, if there is one, and takes note of it for those to come. When
   * the connection turns out to be dying, taking note is enough.
   *
   * @throws TransportException if the broker refuses; no note is taken then
   */
  void change(String what, Action action, Runnable note) {
    change(what, action, note, CALL_TIMEOUT);
  }

  /**
   * The same, waited for no longer than this. It may still be done after that.
   *
   * @throws TransportException also if that was not long enough
   */
  void change(String what, Action action, Runnable note, Duration patience) {
    call(
        what,
        () -> {
          BrokerConnection connection = current;
          if (connection != null) {
            requireReading(what);
            try {
              action.on(connection);
            } catch (IOException | TimeoutException | RuntimeException e) {
              giveUpIfInDoubt(e);
              TransportException known = Refusals.translate(what, e);
              if (known instanceof BrokerRefusedException) {
                throw known;
              }
              LOG.warn("{}: {}; trying again on the next connection", what, Refusals.reason(e));
            }
          }
          note.run();
          return null;
        },
        patience.compareTo(CALL_TIMEOUT) < 0 ? patience : CALL_TIMEOUT);
  }

  /**
   * A question that the broker does not read would time out, and the connection with it.
   *
   * @throws TransportException if the broker does not read at the moment
   */
  void requireReading(String what) {
    String reason = blocked;
    if (reason != null) {
      throw new TransportException(what + ": the broker blocks publishers: " + reason);
    }
  }

  void remove(Tenant tenant) {
    execute(() -> tenancies.remove(tenant));
  }

  /** A tenant lost what it had on a connection that still stands: opens it anew. */
  void reopen(Tenant tenant, Throwable cause) {
    execute(() -> tenancies.reopen(tenant, cause));
  }

  /** What the link's thread does came a step further: it does not hang. */
  void progress() {
    loop.progress();
  }

  /** Something hangs or is in doubt on this connection: gives it up and makes a new one. */
  void abandon(BrokerConnection connection, String why) {
    LOG.warn("Gave up a connection of {}: {}", name, why);
    connection.kill();
  }

  void execute(Runnable task) {
    loop.execute(task);
  }

  void later(Runnable task, long millis) {
    loop.later(task, millis);
  }

  /** Runs something again and again, on a thread that never waits for the broker. */
  void watch(Duration interval, Runnable task) {
    loop.watch(interval, task);
  }

  /** Does something on the link's thread with the connection, if there is one, and waits for it. */
  <T extends @Nullable Object> T call(String asked, Callable<T> action) {
    return call(asked, action, CALL_TIMEOUT);
  }

  /** The same, waited for no longer than this. */
  <T extends @Nullable Object> T call(String asked, Callable<T> action, Duration patience) {
    return loop.call(
        asked,
        () -> {
          try {
            return action.call();
          } catch (Throwable failure) {
            giveUpIfInDoubt(failure);
            throw failure;
          }
        },
        patience);
  }

  @Nullable BrokerConnection current() {
    return current;
  }

  /** Why something that lives on it can't be opened at the moment; null if nothing is wrong. */
  @Nullable String trouble() {
    return tenancies.trouble();
  }

  /**
   * Closes the connection, within seconds. What still hangs then is freed by closing its socket.
   *
   * @param timeout how long it may take at most, or a moment more
   */
  void close(Duration timeout) {
    Duration usual = BrokerConnection.closeTimeout().multipliedBy(2);
    Duration patience = timeout.compareTo(usual) < 0 ? timeout : usual;
    isClosed = true;
    isConnected = false;
    state = "closed";
    CompletableFuture<Void> closed = new CompletableFuture<>();
    execute(
        () -> {
          closeNow();
          closed.complete(null);
        });
    try {
      closed.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Closing {} took too long; its socket is closed instead", name);
    }
    BrokerConnection left = current;
    if (left != null) {
      left.kill();
    }
    loop.shutdownNow();
  }

  private void closeNow() {
    BrokerConnection connection = current;
    if (connection == null) {
      return;
    }
    connection.close();
    current = null;
    tenancies.disconnected(new IOException("closed"));
  }

  // One address at a time: what others ask of this thread meanwhile is done between two.
  private void connect() {
    if (isClosed || current != null) {
      endFirstRound(null);
      return;
    }
    BrokerConnection connection = connector.tryNext();
    if (connection != null) {
      connected(connection);
    } else if (connector.isRoundOver()) {
      roundFailed();
    } else {
      execute(this::connect);
    }
  }

  private void connected(BrokerConnection connection) {
    if (isClosed) {
      connection.close();
      return;
    }
    current = connection;
    blocked = null;
    connects.increment();
    isConnected = true;
    state = "connected";
    connectedAt = System.nanoTime();
    connection.client().addShutdownListener(cause -> execute(() -> lost(connection, cause)));
    connection.client().addBlockedListener(new Blocked(connection));
    LOG.info("Connected {} to {}", name, settings.at(connection.address()));
    tenancies.connected(connection);
    endFirstRound(null);
  }

  private void endFirstRound(@Nullable TransportException failure) {
    CompletableFuture<Void> round = firstRound;
    firstRound = null;
    if (round != null && failure == null) {
      round.complete(null);
    } else if (round != null) {
      round.completeExceptionally(failure);
    }
  }

  private void roundFailed() {
    boolean isLasting = connector.isLasting();
    String reasons = connector.reasons();
    TransportException failure = connector.endRound();
    state = "not connected to " + settings + ": " + reasons;
    if (firstRound != null && (isLasting || isFailFast)) {
      endFirstRound(failure);
      return;
    }
    long pause = isLasting ? backoff.nextMillis(REFUSED_MILLIS) : backoff.nextMillis();
    LOG.warn("Cannot reach the broker at {}: {}; trying again in {} ms", settings, reasons, pause);
    later(this::connect, pause);
    endFirstRound(null);
  }

  private void lost(BrokerConnection connection, ShutdownSignalException cause) {
    if (connection != current || isClosed) {
      return;
    }
    current = null;
    blocked = null;
    isConnected = false;
    String where = settings.at(connection.address());
    state = "not connected to " + where + ": " + Refusals.text(cause);
    connection.kill();
    connector.moveOn();
    LOG.warn("Lost the connection of {} to {}: {}", name, where, Refusals.text(cause));
    tenancies.disconnected(cause);
    if (System.nanoTime() - connectedAt > LIVED_NANOS) {
      backoff.reset();
      connect();
    } else {
      later(this::connect, backoff.nextMillis());
    }
  }

  // After an unanswered question on a channel the next answer may belong to it: only a new
  // connection is sure.
  void giveUpIfInDoubt(Throwable failure) {
    BrokerConnection connection = current;
    if (connection != null
        && (failure instanceof TimeoutException
            || failure.getCause() instanceof TimeoutException)) {
      abandon(connection, "a question to the broker got no answer");
    }
  }

  // Only its socket frees a thread that hangs in it.
  private void freeIfStuck() {
    BrokerConnection connection = current;
    if (connection != null && loop.stuckFor().compareTo(stuck) > 0) {
      abandon(connection, "its thread hangs since " + stuck);
    }
  }

  // Whoever was blocked is free on another connection, until that one is blocked too.
  private final class Blocked implements BlockedListener {
    private final BrokerConnection connection;

    Blocked(BrokerConnection connection) {
      this.connection = connection;
    }

    @Override
    public void handleBlocked(String reason) {
      LOG.warn("The broker blocks {}: {}", name, SafeText.of(reason));
      blocked(reason);
    }

    @Override
    public void handleUnblocked() {
      LOG.info("The broker no longer blocks {}", name);
      blocked(null);
    }

    private void blocked(@Nullable String reason) {
      if (connection == current) {
        blocked = reason;
      }
      execute(
          () -> {
            if (connection == current) {
              tenancies.blocked(reason);
            }
          });
    }
  }
}
