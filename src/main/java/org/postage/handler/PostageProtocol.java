package org.postage.handler;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.topology.Destination;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

/** Postage's own. Immutable and thread-safe. */
public final class PostageProtocol implements Protocol {
  private final Encoders encoders;
  private final Pattern replyAddresses;

  /** Reads and writes with these, and answers to addresses like this. */
  public PostageProtocol(Encoders encoders, Pattern replyAddresses) {
    this.encoders = encoders;
    this.replyAddresses = replyAddresses;
  }

  @Override
  public Encoder standard() {
    return encoders.standard();
  }

  @Override
  public Encoder encoder(RawMessage message) {
    return encoders.forContentType(message.contentType());
  }

  @Override
  public Message read(Delivery delivery, Encoder encoder) {
    return MessageFormat.fromMap(encoder.decode(delivery.message().body()));
  }

  @Override
  public Pattern replyAddresses() {
    return replyAddresses;
  }

  @Override
  public Destination answersTo(String replyAddress) {
    return Destination.queue(replyAddress);
  }

  @Override
  public boolean answersToQueues() {
    return true;
  }

  @Override
  public RawMessage.Builder answer(Encoder encoder, Result result) {
    return RawMessage.of(encoder.encode(MessageFormat.toMap(result.toMessage())))
        .contentType(encoder.contentType());
  }

  @Override
  public RawMessage.Builder failure(Encoder encoder, Failure failure, @Nullable Message message) {
    return answer(encoder, failure.answer());
  }
}
