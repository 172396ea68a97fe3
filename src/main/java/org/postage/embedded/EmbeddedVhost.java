package org.postage.embedded;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postage.embedded.model.Broker;
import org.postage.embedded.model.Queue;
import org.postage.embedded.model.VirtualHost;

/** What a test sees of one virtual host, and can do to it. Thread-safe. */
public final class EmbeddedVhost {
  private final Broker broker;
  private final VirtualHost model;

  EmbeddedVhost(Broker broker, VirtualHost model) {
    this.broker = broker;
    this.model = model;
  }

  /** Its name. */
  public String name() {
    return model.name();
  }

  /** All queues, by name. */
  public List<QueueView> queues() {
    return locked(() -> model.queues().all().stream().map(QueueView::of).toList());
  }

  /** The queue of that name, if there is one. */
  public Optional<QueueView> queue(String name) {
    return queues().stream().filter(queue -> queue.name().equals(name)).findFirst();
  }

  /** All bindings but those of the default exchange, by source and age. */
  public List<BindingView> bindings() {
    return locked(
        () ->
            model.exchanges().all().stream()
                .flatMap(exchange -> exchange.bindings().stream())
                .map(BindingView::of)
                .toList());
  }

  /**
   * The messages that wait in a queue, next one first. They stay there.
   *
   * @throws IllegalArgumentException if there is no queue of that name
   */
  public List<MessageView> messages(String queue) {
    return locked(() -> existing(queue).messages().stream().map(MessageView::new).toList());
  }

  /**
   * Keeps a queue's messages from its consumers, until {@link #resume}; {@code basic.get} still
   * works.
   *
   * @throws IllegalArgumentException if there is no queue of that name
   */
  public void pause(String queue) {
    broker.locked(() -> existing(queue).pause(true));
  }

  /**
   * Lets a queue deliver again.
   *
   * @throws IllegalArgumentException if there is no queue of that name
   */
  public void resume(String queue) {
    broker.locked(() -> existing(queue).pause(false));
  }

  private Queue existing(String name) {
    Queue queue = model.queues().find(requireNonNull(name, "name"));
    if (queue == null) {
      throw new IllegalArgumentException(
          "queue: "
              + name
              + " (expected: one of "
              + model.queues().all().stream().map(Queue::name).toList()
              + ")");
    }
    return queue;
  }

  private <T> T locked(Supplier<T> action) {
    return broker.locked(action);
  }
}
