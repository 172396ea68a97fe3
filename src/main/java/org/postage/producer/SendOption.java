package org.postage.producer;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.postage.topology.Address;
import org.postage.topology.Delays;
import org.postage.topology.Destination;

/**
 * Something that one call says about how its message is sent: methods of a producer interface may
 * take any number of them after their other parameters. Immutable and thread-safe.
 */
public final class SendOption {
  private final Consumer<SendOptions> change;

  private SendOption(Consumer<SendOptions> change) {
    this.change = change;
  }

  /**
   * Another routing key, with the first exchange of the producer: Python's {@code _key}. Ignored
   * where {@link #to} is given too.
   */
  public static SendOption key(String routingKey) {
    requireNonNull(routingKey, "routingKey");
    return new SendOption(o -> o.key = routingKey);
  }

  /**
   * Other destinations than the producer's: Python's {@code _eks}. A request goes to the first
   * only.
   */
  public static SendOption to(Destination... destinations) {
    for (Destination each : destinations) {
      requireNonNull(each, "destinations: null among them");
    }
    List<Destination> copy = List.of(destinations);
    return new SendOption(o -> o.destinations = copy);
  }

  /** To these generic applications. */
  public static SendOption to(Address address) {
    return to(address.destination());
  }

  /**
   * How long each attempt of a request is waited for: Python's {@code _timeout}. For a message, how
   * long it may wait until the broker has it, at most 30 seconds. 30 seconds unless given.
   */
  public static SendOption timeout(Duration timeout) {
    requireNonNull(timeout, "timeout");
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: more than PT0S)");
    }
    return new SendOption(o -> o.timeout = timeout);
  }

  /**
   * How often a request is sent again when no reply came in time: Python's {@code _max_retry}. 4
   * unless given, so at most five sends; a slow handler may run as often. 0 sends once.
   */
  public static SendOption maxRetry(int retries) {
    if (retries < 0) {
      throw new IllegalArgumentException("maxRetry: " + retries + " (expected: 0 or more)");
    }
    return new SendOption(o -> o.maxRetry = retries);
  }

  /** After how many replies {@link Replies} are complete. Until the timeout unless given. */
  public static SendOption maxReplies(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("maxReplies: " + count + " (expected: 1 or more)");
    }
    return new SendOption(o -> o.maxReplies = count);
  }

  /**
   * Lost when the broker restarts, also from a durable queue; in exchange the broker has less work.
   */
  public static SendOption notPersistent() {
    return new SendOption(o -> o.isPersistent = false);
  }

  /**
   * Arrives after this time, by which it waits in the broker: more than nothing, at most about 77
   * days, rounded up to tenths of a second. Messages that wait do not hold up each other. When
   * nobody listens by then, the message is kept in the queue {@code postage.delay.lost}. Not for
   * requests. At once unless given.
   *
   * @see org.postage.topology.Delays
   */
  public static SendOption sendLater(Duration delay) {
    Delays.check(delay);
    return new SendOption(o -> o.delay = delay);
  }

  void applyTo(SendOptions options) {
    change.accept(options);
  }
}
