package org.postage.transport;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/**
 * What Postage asks of a broker. Implementations are thread-safe, reconnect by themselves, and
 * complete futures on threads of their own, on which no user's code may run.
 */
public interface Transport extends AutoCloseable {
  /** The longest that a message waits to be written and confirmed. */
  Duration MAX_PATIENCE = Duration.ofSeconds(30);

  /** How long closing takes at most, unless it is told otherwise. */
  Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

  /**
   * Declares an exchange, now and after every reconnect. While the broker can't be reached this
   * only takes note.
   *
   * @throws TransportException if the broker refuses
   */
  default void declare(Exchange exchange) {
    declare(exchange, MAX_PATIENCE);
  }

  /**
   * The same, waited for no longer than this: it may still be declared after that.
   *
   * @throws TransportException also if that was not long enough
   */
  void declare(Exchange exchange, Duration patience);

  /**
   * Publishes. Returns when the message was written or is next to be written; waits while too many
   * are unconfirmed.
   *
   * @param mandatory whether it is a failure if no queue gets it
   * @param patience how long it may wait to be written and confirmed, at most {@link #MAX_PATIENCE}
   * @return done when the broker has the message; a {@link SendException} says what else became of
   *     it
   * @throws NotSentException if there was no room for it until the end of its patience, or the
   *     thread was interrupted meanwhile
   * @throws IllegalStateException if this is closed
   */
  CompletableFuture<Void> publish(
      Destination to, RawMessage message, boolean mandatory, Duration patience);

  /**
   * Takes back what was published and has not been written yet; it fails with a {@link
   * NotSentException}.
   *
   * @param published what {@link #publish} returned
   * @return whether it was there
   */
  boolean withdraw(CompletableFuture<Void> published);

  /**
   * Publishes what is to arrive after a while. It waits in the broker, in queues that are declared
   * for that when they are first needed.
   *
   * @param delay more than nothing, at most {@link org.postage.topology.Delays#MAX}
   * @param patience how long that may take, and it may wait to be written and confirmed, both
   *     together; at most {@link #MAX_PATIENCE}
   * @return done when the broker has the message
   * @throws TransportException if the broker refuses what delays need, or there is no such queue
   */
  CompletableFuture<Void> publishLater(
      Destination to, RawMessage message, Duration delay, Duration patience);

  /**
   * Declares what delays need, now instead of when the first message has to wait. While the broker
   * can't be reached this only takes note.
   *
   * @throws TransportException if the broker refuses
   */
  void declareDelays();

  /**
   * Declares a queue in which messages are kept. While the broker can't be reached this only takes
   * note.
   *
   * @throws TransportException if the broker refuses
   */
  void declare(Queue queue);

  /**
   * Whether there is a queue of this name at this moment, be it another connection's own.
   *
   * @throws TransportException if the broker can't be reached
   */
  boolean exists(String queue);

  /**
   * Looks at a queue's messages.
   *
   * @throws TransportException if the broker can't be reached
   */
  QueueBrowser browse(String queue);

  /**
   * Starts to consume, and keeps on.
   *
   * @throws TransportException if the broker refuses; while it can't be reached this returns, and
   *     consuming starts later
   */
  Subscription consume(ConsumeOptions options, DeliveryListener listener);

  /**
   * An address for one call. Waits, without a thread, while all are in use or the broker can't be
   * reached: whoever loses patience cancels the future. Fails with an {@link IllegalStateException}
   * when this is closed.
   *
   * @param needsFresh whether it must be one that no call had before. Asked at once, and again when
   *     there is one to be had: what was unknown of the peer may be known by then. It waits for
   *     nothing
   */
  CompletableFuture<ReplyAddress> replyAddress(
      ReplyAddress.Listener listener, BooleanSupplier needsFresh);

  /** Whether nothing published is unconfirmed, and nothing delivered unsettled. */
  boolean isIdle();

  /** Why the broker takes nothing from publishers at this moment; null while it does. */
  default @Nullable String blocked() {
    return null;
  }

  /**
   * How often the broker delivers a message of a quorum queue that names no limit, before it drops
   * it. Empty where there is no such limit, and while the broker can't be reached.
   */
  default OptionalInt deliveryLimitOfQuorumQueues() {
    return OptionalInt.empty();
  }

  /** In words: connected, or why not. */
  String state();

  /** How this is at the moment. Waits for nothing. */
  Health health();

  /** What this has in hand, and how it fared. Waits for nothing. */
  TransportStats stats();

  /**
   * Whether the broker is connected, every intended consumer consumes, and publishing is not
   * blocked.
   */
  default boolean isReady() {
    return health().isReady();
  }

  /**
   * Waits until everything published was confirmed or failed.
   *
   * @return whether that came to pass in time
   */
  boolean flush(Duration timeout);

  /**
   * Flushes for a while, then closes. Takes no longer than this, or a moment more. Harmless when
   * closed already.
   */
  void close(Duration timeout);

  /** The same, within {@link #CLOSE_TIMEOUT}. */
  @Override
  default void close() {
    close(CLOSE_TIMEOUT);
  }
}
