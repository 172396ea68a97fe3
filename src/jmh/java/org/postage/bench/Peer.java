package org.postage.bench;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A library in one configuration, connected to the broker: what it can do is what scenarios ask it
 * to. All methods may be called from one thread, {@link #call} from any number.
 */
interface Peer extends AutoCloseable {
  /**
   * Sends one message, or as many as this configuration sends at once.
   *
   * @return how many
   */
  default int send(Order order) throws Exception {
    throw new UnsupportedOperationException("send");
  }

  /** Waits until the broker has seen everything that was sent. */
  default void flush() throws Exception {
    throw new UnsupportedOperationException("flush");
  }

  /** Has every message of the queue handled from now on. */
  default void consume(Consumer<Order> handler) throws Exception {
    throw new UnsupportedOperationException("consume");
  }

  /** Answers every request of the queue with its own order from now on, on connections apart. */
  default void serve() throws Exception {
    throw new UnsupportedOperationException("serve");
  }

  /** Asks, and waits for the answer. */
  default Order call(Order order) throws Exception {
    throw new UnsupportedOperationException("call");
  }

  /** Asks, and does not wait. */
  default CompletableFuture<Order> callAsync(Order order) throws Exception {
    throw new UnsupportedOperationException("callAsync");
  }

  /** Makes a producer of an interface. */
  default void producer(Class<?> type) {
    throw new UnsupportedOperationException("producer");
  }

  @Override
  void close() throws IOException;
}
