package org.postage.transport;

import java.time.Duration;
import org.postage.topology.Binding;

/**
 * A running consumer. It is kept consuming, through lost connections, until it is stopped.
 * Thread-safe.
 */
public interface Subscription {
  /**
   * Declares, binds and, where the queue is new here, consumes; also after every reconnect.
   *
   * @throws TransportException if the broker refuses; while it can't be reached this only takes
   *     note
   */
  void bind(Binding binding);

  /**
   * Undoes a binding, for all who consume the queue. It goes on being consumed.
   *
   * @throws TransportException if the broker refuses
   */
  void unbind(Binding binding);

  /**
   * Consumes a queue no longer. Its bindings stay, for others who consume it.
   *
   * @throws TransportException if the broker refuses
   */
  void cancel(String queue);

  /** Whether every queue is being consumed at this moment. */
  boolean isConsuming();

  /** Has no delivery handled any more whose handling has not begun: the first step of stopping. */
  void beginNoMore();

  /**
   * Stops in good order: no more deliveries, what was not begun goes back to its queue, what runs
   * is waited for, and still settled.
   *
   * @param timeout how long it is waited for
   * @param interrupt what is done then, if anything still runs
   * @param timeoutAfterInterrupt how long it is waited for after that
   */
  Stopped stop(Duration timeout, Runnable interrupt, Duration timeoutAfterInterrupt);

  /**
   * How it ended.
   *
   * @param givenBack how many deliveries were not begun, and went back to their queues
   * @param stillRunning how many handlers still run; what they work on is delivered again
   */
  record Stopped(int givenBack, int stillRunning) {}
}
