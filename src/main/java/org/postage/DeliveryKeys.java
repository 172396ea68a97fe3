package org.postage;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.PostageException;
import org.postage.transport.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads out of a delivery what it is sorted by. Thread-safe if the user's function is. */
final class DeliveryKeys implements Function<Delivery, @Nullable Object> {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryKeys.class);

  private final String processor;
  private final Encoders encoders;
  private final OrderingKey key;

  DeliveryKeys(String processor, Encoders encoders, OrderingKey key) {
    this.processor = processor;
    this.encoders = encoders;
    this.key = key;
  }

  @Override
  public @Nullable Object apply(Delivery delivery) {
    Message message;
    try {
      message =
          MessageFormat.fromMap(
              encoders
                  .forContentType(delivery.message().contentType())
                  .decode(delivery.message().body()));
    } catch (PostageException e) {
      // It is refused where it is handled.
      return null;
    }
    try {
      return key.of(message);
    } catch (RuntimeException e) {
      LOG.warn(
          "{}: ordered(..) failed on {}; it is handled without order", processor, message.key(), e);
      return null;
    }
  }
}
