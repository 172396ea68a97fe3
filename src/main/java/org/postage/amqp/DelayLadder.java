package org.postage.amqp;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.postage.topology.Binding;
import org.postage.topology.Delays;
import org.postage.topology.Destination;
import org.postage.topology.Queue;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Declares what messages wait in, and the ways back to where they go then: when they are first
 * needed, and on each connection from then on. Thread-safe.
 */
final class DelayLadder implements Tenant {
  private static final Logger LOG = LoggerFactory.getLogger(DelayLadder.class);

  private static final int MAX_TARGETS = 10_000;

  private final Link link;
  private final Declarer declarer;
  private final Set<Destination> targets = ConcurrentHashMap.newKeySet();
  private volatile boolean isWanted;

  DelayLadder(Link link, Declarer declarer) {
    this.link = link;
    this.declarer = declarer;
  }

  /**
   * Makes sure that messages can wait, now and on each connection to come.
   *
   * @throws TransportException if the broker refuses, or does not answer in time
   */
  void want(Duration patience) {
    if (!isWanted) {
      link.change(
          "cannot declare the queues for delays", this::declare, () -> isWanted = true, patience);
    }
  }

  /**
   * Makes sure that messages that waited can go there.
   *
   * @throws TransportException if the broker refuses, for example since there is no such queue, or
   *     does not answer until then
   */
  void want(Destination to, Patience limit) {
    want(limit.left());
    Destination target = to.exchange().isDefault() ? to : to.exchange().withKey("");
    if (!targets.contains(target)) {
      link.change(
          "cannot bind " + target + " to '" + Delays.RETURN.name() + "'",
          connection -> bind(connection, target),
          () -> remember(target),
          limit.left());
    }
  }

  // Keys may be made up for each message; what is remembered of them has to end somewhere.
  private void remember(Destination target) {
    if (targets.size() >= MAX_TARGETS) {
      targets.clear();
    }
    targets.add(target);
  }

  @Override
  public void open(BrokerConnection connection) {
    if (!isWanted) {
      return;
    }
    // Publishing goes on without: what can't be delayed comes back to its sender.
    attempt(() -> declare(connection));
    for (Destination target : targets) {
      attempt(
          () -> {
            try {
              bind(connection, target);
            } catch (IOException e) {
              // It may be gone for good. Whoever sends there again has it bound again.
              targets.remove(target);
              throw e;
            }
          });
    }
  }

  private void attempt(Declaring declaring) {
    try {
      declaring.run();
      link.progress();
    } catch (IOException | TimeoutException | RuntimeException e) {
      link.giveUpIfInDoubt(e);
      LOG.warn("Cannot declare what delays need: {}", Refusals.reason(e));
    }
  }

  @FunctionalInterface
  private interface Declaring {
    void run() throws IOException, TimeoutException;
  }

  @Override
  public void lost(Throwable cause) {}

  @Override
  public String toString() {
    return "delays";
  }

  private void declare(BrokerConnection connection) throws IOException, TimeoutException {
    if (declarer.exists(connection, Delays.READY)) {
      return;
    }
    boolean isReplicated = Declarer.deliversExpiredAtLeastOnce(connection.serverProperties());
    declarer.declare(connection, Delays.RETURN);
    for (Binding binding : Delays.bindings(isReplicated)) {
      declarer.declare(connection, binding);
      link.progress();
    }
    declarer.declare(connection, Delays.READY);
  }

  private void bind(BrokerConnection connection, Destination target)
      throws IOException, TimeoutException {
    if (target.exchange().isDefault()) {
      declarer.declare(connection, Delays.returning(Queue.named(target.routingKey()).passive()));
    } else {
      declarer.declare(connection, target.exchange());
      Declarer.on(
          connection,
          channel ->
              channel.exchangeBind(
                  target.exchange().name(),
                  Delays.RETURN.name(),
                  "",
                  Delays.returning(target.exchange())));
    }
  }
}
