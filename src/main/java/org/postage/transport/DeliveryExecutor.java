package org.postage.transport;

/**
 * Runs the handling of deliveries, in whatever order and on whatever threads it likes, but never on
 * the thread that calls it. Thread-safe.
 */
@FunctionalInterface
public interface DeliveryExecutor {
  /**
   * Takes a task that handles and settles the delivery.
   *
   * @throws java.util.concurrent.RejectedExecutionException if it takes no more at the moment
   */
  void execute(Delivery delivery, Runnable task);
}
