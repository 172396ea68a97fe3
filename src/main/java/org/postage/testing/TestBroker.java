package org.postage.testing;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postage.Postage;
import org.postage.embedded.EmbeddedBroker;
import org.postage.embedded.QueueView;

/**
 * The broker of one test: an embedded one, or the RabbitMQ that {@value
 * PostageExtension#URI_PROPERTY} names. Thread-safe.
 */
public final class TestBroker implements AutoCloseable {
  private static final Duration QUIET_TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  // What RabbitMQ has on its way to a consumer can't be seen from outside: it has to stay quiet for
  // a while.
  private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final @Nullable EmbeddedBroker embedded;
  private final URI uri;
  private final UnaryOperator<Postage.Builder> settings;
  private final SentMessages sent = new SentMessages();
  private final List<Postage> connections = new CopyOnWriteArrayList<>();

  TestBroker(@Nullable EmbeddedBroker embedded, URI uri, UnaryOperator<Postage.Builder> settings) {
    this.embedded = embedded;
    this.uri = uri;
    this.settings = settings;
  }

  /** Where to connect, with user, password and virtual host. */
  public URI uri() {
    return uri;
  }

  /** What all connections made by {@link #connect} and injected ones have sent. */
  public SentMessages sent() {
    return sent;
  }

  /** One more connection, with the test's settings. It is closed after the test. */
  public Postage connect() {
    return connect(builder -> builder);
  }

  /** One more connection, with more settings. It is closed after the test. */
  public Postage connect(UnaryOperator<Postage.Builder> more) {
    Postage.Builder builder = more.apply(settings.apply(Postage.builder().uri(uri.toString())));
    builder.interceptOutgoing(
        (publication, next) -> {
          sent.add(publication.message(), publication.destinations());
          return next.proceed(publication);
        });
    Postage postage = builder.connect();
    connections.add(postage);
    return postage;
  }

  /** The embedded broker, to look into and to do things to; empty with a RabbitMQ. */
  public Optional<EmbeddedBroker> embedded() {
    return Optional.ofNullable(embedded);
  }

  /**
   * Moves the broker's clock on: what expires on the way does so before this returns.
   *
   * @throws IllegalStateException with a RabbitMQ, whose clock is the world's
   */
  public void advance(Duration by) {
    if (embedded == null) {
      throw new IllegalStateException(
          "advance: not possible with RabbitMQ at "
              + uri.getHost()
              + " (expected: the embedded broker)");
    }
    embedded.advance(by);
  }

  /**
   * Waits until everything that was published has been settled: nothing unconfirmed, nothing in a
   * queue of the virtual host {@code /} that somebody consumes, no handler running. At most 10
   * seconds. With a RabbitMQ, whose queues can't be looked into: until its connections have had
   * nothing to do for a fifth of a second.
   *
   * @throws AssertionError if that does not come to pass; it names the queues
   */
  public void untilQuiet() {
    untilQuiet(QUIET_TIMEOUT);
  }

  /** As {@link #untilQuiet()}, with another limit. */
  public void untilQuiet(Duration timeout) {
    long now = System.nanoTime();
    long deadline = now + timeout.toNanos();
    long quietSince = now;
    long calm = embedded == null ? CALM_NANOS : 0;
    while (true) {
      List<String> busy = busy();
      now = System.nanoTime();
      if (!busy.isEmpty()) {
        quietSince = now;
      } else if (now - quietSince >= calm) {
        return;
      }
      if (now > deadline) {
        throw new AssertionError("not quiet within " + timeout + ": " + String.join(", ", busy));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /**
   * What is not settled, in words. Queues are looked at before and after connections: between two
   * looks a message moves from one to the other, and not unseen by three.
   */
  private List<String> busy() {
    List<String> busy = new ArrayList<>(busyQueues());
    for (Postage postage : connections) {
      if (!postage.isIdle()) {
        busy.add("a connection has messages to be confirmed or handled");
      }
    }
    return busy.isEmpty() ? busyQueues() : busy;
  }

  private List<String> busyQueues() {
    List<String> busy = new ArrayList<>();
    if (embedded != null) {
      for (QueueView queue : embedded.vhost().queues()) {
        boolean isWorkedOn = queue.consumers() > 0 && queue.ready() > 0 && !queue.paused();
        if (queue.unacknowledged() > 0 || isWorkedOn) {
          busy.add(
              "queue '"
                  + queue.name()
                  + "' has "
                  + queue.ready()
                  + " ready, "
                  + queue.unacknowledged()
                  + " with consumers");
        }
      }
    }
    return busy;
  }

  /** Closes the connections that were made here, then the embedded broker. */
  @Override
  public void close() {
    try {
      connections.forEach(Postage::close);
    } finally {
      if (embedded != null) {
        embedded.close();
      }
    }
  }
}
