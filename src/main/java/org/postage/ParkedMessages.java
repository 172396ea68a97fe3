package org.postage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.handler.RetryAndPark;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.topology.Destination;
import org.postage.transport.Delivery;
import org.postage.transport.Headers;
import org.postage.transport.QueueBrowser;
import org.postage.transport.RawMessage;
import org.postage.transport.Transport;
import org.postage.transport.TransportException;

/**
 * The messages of a queue that could not be handled. While one of these methods looks at them,
 * another one elsewhere sees only those that it has not come to. Nothing is taken out before the
 * broker has what it was sent on as: when something fails in between, there are two of it.
 *
 * <p>All methods throw a {@link TransportException} if the broker can't be reached, or there is no
 * such queue. Thread-safe.
 */
public final class ParkedMessages {
  // Only what helps to run it again, where it failed.
  private static final List<String> KEPT =
      List.of(Headers.HANDLERS, Headers.EXCHANGE, Headers.ROUTING_KEY);

  private final String queue;
  private final Transport transport;
  private final Encoders encoders;

  ParkedMessages(String queue, Transport transport, Encoders encoders) {
    this.queue = queue;
    this.transport = transport;
    this.encoders = encoders;
  }

  /** The oldest ones, at most so many. */
  public List<ParkedMessage> list(int max) {
    List<ParkedMessage> all = new ArrayList<>();
    try (QueueBrowser browser = browse()) {
      for (Delivery next = next(browser, max);
          next != null;
          next = next(browser, max - all.size())) {
        all.add(parked(next));
      }
    }
    return all;
  }

  /** The one with this id; empty if there is none. */
  public Optional<ParkedMessage> find(String id) {
    List<ParkedMessage> found = new ArrayList<>();
    withMessage(id, (browser, message) -> found.add(message));
    return found.stream().findFirst();
  }

  /**
   * Sends one back to its queue, and to no other that its exchange feeds: only the handlers that
   * failed run again, with all their attempts.
   *
   * @return whether it was there
   */
  public boolean retry(String id) {
    return withMessage(
        id,
        (browser, message) -> {
          sendBack(message);
          browser.remove();
        });
  }

  /**
   * Sends all back that were parked until now.
   *
   * @return how many
   */
  public int retryAll() {
    return withAll(this::sendBack);
  }

  /**
   * Changes one. It stays parked, as the last one.
   *
   * @param change gets the message as it is; what it throws leaves it unchanged
   * @return whether it was there
   * @throws IllegalStateException if it can't be read
   */
  public boolean edit(String id, UnaryOperator<Message> change) {
    return withMessage(
        id,
        (browser, parked) -> {
          Message before =
              parked
                  .message()
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "parked message "
                                  + id
                                  + " can't be read (expected: edited by its bytes, or dropped)"));
          Encoder encoder = encoders.forContentType(parked.raw().contentType());
          byte[] body = encoder.encode(MessageFormat.toMap(change.apply(before)));
          replace(browser, parked, body);
        });
  }

  /**
   * Changes the bytes of one. It stays parked, as the last one.
   *
   * @return whether it was there
   */
  public boolean editBody(String id, UnaryOperator<byte[]> change) {
    return withMessage(
        id,
        (browser, parked) -> replace(browser, parked, change.apply(parked.raw().body().clone())));
  }

  /**
   * Forgets one.
   *
   * @return whether it was there
   */
  public boolean drop(String id) {
    return withMessage(id, (browser, message) -> browser.remove());
  }

  /**
   * Forgets all that were parked until now.
   *
   * @return how many
   */
  public int dropAll() {
    return withAll(message -> {});
  }

  private void replace(QueueBrowser browser, ParkedMessage parked, byte[] body) {
    send(RetryAndPark.parkedName(queue), parked.raw().toBuilder().body(body).build());
    browser.remove();
  }

  private void sendBack(ParkedMessage message) {
    Map<String, Object> headers = new LinkedHashMap<>(message.raw().headers());
    headers.keySet().removeIf(name -> name.startsWith(Headers.PREFIX) && !KEPT.contains(name));
    send(queue, message.raw().toBuilder().headers(headers).build());
  }

  private void send(String to, RawMessage message) {
    try {
      transport
          .publish(Destination.queue(to), message, true, Transport.MAX_PATIENCE)
          .get(2 * Transport.MAX_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TransportException known
          ? known
          : new TransportException("a parked message could not be sent on", e);
    } catch (TimeoutException e) {
      throw new TransportException("a parked message was not confirmed in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while a parked message was sent on", e);
    }
  }

  private interface Action {
    void on(QueueBrowser browser, ParkedMessage message);
  }

  private boolean withMessage(String id, Action action) {
    try (QueueBrowser browser = browse()) {
      for (Delivery next = browser.next(); next != null; next = browser.next()) {
        ParkedMessage message = parked(next);
        if (id.equals(message.id())) {
          action.on(browser, message);
          return true;
        }
      }
    }
    return false;
  }

  // What fails again meanwhile is parked again, behind the others: it must not go round for ever.
  private int withAll(Consumer<ParkedMessage> action) {
    long left = Long.MAX_VALUE;
    int count = 0;
    try (QueueBrowser browser = browse()) {
      for (Delivery next = next(browser, left); next != null; next = next(browser, left)) {
        left = count == 0 ? browser.remaining() : left - 1;
        action.accept(parked(next));
        browser.remove();
        count++;
      }
    }
    return count;
  }

  private QueueBrowser browse() {
    return transport.browse(RetryAndPark.parkedName(queue));
  }

  private static @Nullable Delivery next(QueueBrowser browser, long left) {
    return left > 0 ? browser.next() : null;
  }

  private ParkedMessage parked(Delivery delivery) {
    return ParkedMessage.of(delivery.message(), encoders);
  }
}
