package org.postage.service.events;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postage.Postage;
import org.postage.encoding.JsonEncoder;
import org.postage.topology.Exchange;
import org.postage.transport.RawMessage;
import org.postage.transport.Transport;

/**
 * Sends a service's events, in JSON, to whatever listens: services of nameko and micro_framework.
 *
 * <pre>{@code
 * EventProducer events = EventProducer.of(postage, "shop", EventStyle.NAMEKO);
 * events.send("order_placed", order).join();
 * }</pre>
 *
 * <p>The exchange is declared first, and used as it is where it exists with other flags. Events are
 * persistent and confirmed by the broker; one that nobody listens to is gone. Thread-safe.
 */
public final class EventProducer {
  private final Transport transport;
  private final Executor executor;
  private final Exchange exchange;
  private final JsonEncoder json = new JsonEncoder();

  private EventProducer(Postage postage, Exchange exchange) {
    transport = postage.transport();
    executor = postage.executor();
    this.exchange = exchange;
  }

  /**
   * A producer of the events of a service.
   *
   * @param service whose events they are, not empty
   * @throws org.postage.transport.TransportException if the broker refuses to declare the exchange
   */
  public static EventProducer of(Postage postage, String service, EventStyle style) {
    if (requireNonNull(service, "service").isEmpty()) {
      throw new IllegalArgumentException("service: '' (expected: whose events they are)");
    }
    Exchange exchange = style.exchangeOf(service);
    postage.transport().declare(exchange);
    return new EventProducer(postage, exchange);
  }

  /**
   * Sends one.
   *
   * @param event its type, which listeners may match with wildcards: words with dots between
   * @param payload anything that JSON can hold
   * @return done when the broker has it; it fails with a {@link
   *     org.postage.transport.SendException}. What is chained to it runs where callbacks of the
   *     {@link Postage} do
   * @throws org.postage.encoding.EncodingException if the payload can't be written
   */
  public CompletableFuture<Void> send(String event, @Nullable Object payload) {
    RawMessage message =
        RawMessage.of(json.encodeValue(payload))
            .contentType(JsonEncoder.CONTENT_TYPE)
            .contentEncoding("utf-8")
            .persistent(true)
            .build();
    // Not on the connection's thread, which must not be kept.
    return transport
        .publish(exchange.withKey(event), message, false, Transport.MAX_PATIENCE)
        .whenCompleteAsync((done, failure) -> {}, executor);
  }
}
