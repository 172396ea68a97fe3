package org.postage.service.events;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.Failure;
import org.postage.handler.Protocol;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.service.rpc.KombuBody;
import org.postage.topology.Destination;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

/**
 * Events of services: a body is any JSON. It becomes the parameters of a command that is called as
 * the event is. Nobody is answered. Thread-safe.
 */
public final class EventProtocol implements Protocol {
  private static final Pattern NOBODY = Pattern.compile("(?!)");

  private final JsonEncoder json = new JsonEncoder();

  /** Reads with the usual limits. */
  public EventProtocol() {}

  @Override
  public Encoder standard() {
    return json;
  }

  @Override
  public Encoder encoder(RawMessage message) {
    return json;
  }

  @Override
  public Message read(Delivery delivery, Encoder encoder) {
    Object payload = json.decodeValue(KombuBody.of(delivery.message()));
    return Message.command(delivery.routingKey(), payload);
  }

  @Override
  public Pattern replyAddresses() {
    return NOBODY;
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
    throw new UnsupportedOperationException("an event has no answer");
  }

  @Override
  public RawMessage.Builder failure(Encoder encoder, Failure failure, @Nullable Message message) {
    throw new UnsupportedOperationException("an event has no answer");
  }
}
