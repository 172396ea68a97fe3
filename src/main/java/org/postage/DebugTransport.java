package org.postage;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.message.PostageException;
import org.postage.message.SafeText;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.DeliveryListener;
import org.postage.transport.Health;
import org.postage.transport.QueueBrowser;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.Subscription;
import org.postage.transport.Transport;
import org.postage.transport.TransportStats;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POSTAGE_DEBUG_MODE}: a line for each message that goes out or comes in, replies and
 * unreadable ones too. It shows whole bodies. Thread-safe.
 */
final class DebugTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger("org.postage.debug");
  private static final int MAX_LENGTH = 10_000;

  private final Transport transport;
  private final Encoders encoders;

  DebugTransport(Transport transport, Encoders encoders) {
    this.transport = transport;
    this.encoders = encoders;
  }

  @Override
  public void declare(Exchange exchange, Duration patience) {
    transport.declare(exchange, patience);
  }

  @Override
  public CompletableFuture<Void> publish(
      Destination to, RawMessage message, boolean mandatory, Duration patience) {
    LOG.info("SENT to {}: {}", to, readable(message));
    return transport.publish(to, message, mandatory, patience);
  }

  @Override
  public boolean withdraw(CompletableFuture<Void> published) {
    return transport.withdraw(published);
  }

  @Override
  public CompletableFuture<Void> publishLater(
      Destination to, RawMessage message, Duration delay, Duration patience) {
    LOG.info("SENT to {}, to arrive after {}: {}", to, delay, readable(message));
    return transport.publishLater(to, message, delay, patience);
  }

  @Override
  public void declareDelays() {
    transport.declareDelays();
  }

  @Override
  public void declare(Queue queue) {
    transport.declare(queue);
  }

  @Override
  public boolean exists(String queue) {
    return transport.exists(queue);
  }

  @Override
  public QueueBrowser browse(String queue) {
    return transport.browse(queue);
  }

  @Override
  public Subscription consume(ConsumeOptions options, DeliveryListener listener) {
    return transport.consume(
        options,
        delivery -> {
          LOG.info(
              "RECEIVED from queue '{}' with key '{}': {}",
              delivery.queue(),
              SafeText.of(delivery.routingKey()),
              readable(delivery.message()));
          return listener.onDelivery(delivery);
        });
  }

  @Override
  public CompletableFuture<ReplyAddress> replyAddress(
      ReplyAddress.Listener listener, BooleanSupplier needsFresh) {
    return transport.replyAddress(
        new ReplyAddress.Listener() {
          @Override
          public void onReply(RawMessage reply) {
            LOG.info("RECEIVED as a reply: {}", readable(reply));
            listener.onReply(reply);
          }

          @Override
          public void onLost(Throwable cause) {
            listener.onLost(cause);
          }
        },
        needsFresh);
  }

  @Override
  public TransportStats stats() {
    return transport.stats();
  }

  @Override
  public Health health() {
    return transport.health();
  }

  @Override
  public boolean isIdle() {
    return transport.isIdle();
  }

  @Override
  public @Nullable String blocked() {
    return transport.blocked();
  }

  @Override
  public OptionalInt deliveryLimitOfQuorumQueues() {
    return transport.deliveryLimitOfQuorumQueues();
  }

  @Override
  public String state() {
    return transport.state();
  }

  @Override
  public boolean flush(Duration timeout) {
    return transport.flush(timeout);
  }

  @Override
  public void close(Duration timeout) {
    transport.close(timeout);
  }

  private String readable(RawMessage message) {
    try {
      return SafeText.of(
          encoders.forContentType(message.contentType()).decode(message.body()), MAX_LENGTH);
    } catch (PostageException e) {
      return "unreadable, "
          + message.body().length
          + " bytes: "
          + SafeText.of(new String(message.body(), StandardCharsets.UTF_8), MAX_LENGTH);
    }
  }
}
