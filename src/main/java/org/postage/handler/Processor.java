package org.postage.handler;

import java.time.Duration;
import org.postage.message.Fingerprint;
import org.postage.topology.Binding;

/** What a handler may ask of the processor that it runs in. Thread-safe. */
public interface Processor {
  /** What logs and errors call it. */
  String name();

  /** Who it is. */
  Fingerprint fingerprint();

  /**
   * Consumes from one more queue, or by one more key.
   *
   * @throws org.postage.transport.TransportException if the broker refuses
   */
  void bind(Binding binding);

  /**
   * Undoes a binding, for all who consume the queue. It goes on being consumed.
   *
   * @throws org.postage.transport.TransportException if the broker refuses
   */
  void unbind(Binding binding);

  /**
   * Consumes a queue no longer. Its bindings stay, for others who consume it.
   *
   * @throws org.postage.transport.TransportException if the broker refuses
   */
  void cancel(String queue);

  /**
   * Runs a task once, after a while, where the handlers run: never beside one, unless several may
   * run at once.
   */
  Task after(Duration delay, Runnable task);

  /**
   * Runs a task again and again, where the handlers run, with a pause from each end to the next
   * start.
   */
  Task every(Duration interval, Runnable task);

  /**
   * Stops in good order, without waiting for it: what runs ends, what was not started goes back to
   * its queue. A handler may call it.
   */
  void stop();

  /** Something that is to run. */
  @FunctionalInterface
  interface Task {
    /** It does not run any more; where it runs at this moment, it ends. */
    void cancel();
  }
}
