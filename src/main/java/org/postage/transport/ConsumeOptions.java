package org.postage.transport;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.postage.topology.Binding;

/**
 * What to consume, how much of it at once, and where it is handled.
 *
 * @param name what logs and errors call this consumer
 * @param bindings exchanges and queues are declared, bound and consumed in this order
 * @param prefetch deliveries of each queue that may be unsettled, 1 to 65535
 * @param concurrency how many of them are worked on at once, 1 or more: the others wait
 * @param executor runs the listener; never a thread of the connection
 */
public record ConsumeOptions(
    String name, List<Binding> bindings, int prefetch, int concurrency, DeliveryExecutor executor) {
  /** Refuses a prefetch out of range; copies the list. */
  public ConsumeOptions {
    requireNonNull(name, "name");
    requireNonNull(executor, "executor");
    bindings = List.copyOf(bindings);
    if (prefetch < 1 || prefetch > 65_535) {
      throw new IllegalArgumentException("prefetch: " + prefetch + " (expected: 1 to 65535)");
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: 1 or more)");
    }
  }

  /** One at a time. */
  public ConsumeOptions(
      String name, List<Binding> bindings, int prefetch, DeliveryExecutor executor) {
    this(name, bindings, prefetch, 1, executor);
  }
}
