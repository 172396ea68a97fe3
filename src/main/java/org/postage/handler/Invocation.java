package org.postage.handler;

import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.transport.Delivery;

/** One message on its way to one handler: what interceptors see. Immutable. */
public final class Invocation {
  private final HandlerInfo handler;
  private final Delivery delivery;
  private final Message message;
  private final Encoder encoder;
  private final Replier replier;
  private final Processor processor;
  private final @Nullable Throwable failure;

  Invocation(
      HandlerInfo handler,
      Delivery delivery,
      Message message,
      Encoder encoder,
      Replier replier,
      Processor processor) {
    this(handler, delivery, message, encoder, replier, processor, null);
  }

  private Invocation(
      HandlerInfo handler,
      Delivery delivery,
      Message message,
      Encoder encoder,
      Replier replier,
      Processor processor,
      @Nullable Throwable failure) {
    this.handler = handler;
    this.delivery = delivery;
    this.message = message;
    this.encoder = encoder;
    this.replier = replier;
    this.processor = processor;
    this.failure = failure;
  }

  /** What the handler was declared with. */
  public HandlerInfo handler() {
    return handler;
  }

  /** The message as AMQP brought it. */
  public Delivery delivery() {
    return delivery;
  }

  /** The message. */
  public Message message() {
    return message;
  }

  /** Answers it, if it is a request; otherwise answers go nowhere. */
  public Replier replier() {
    return replier;
  }

  /** Where it is handled. */
  public Processor processor() {
    return processor;
  }

  /** The same with another message. */
  public Invocation withMessage(Message newMessage) {
    return new Invocation(handler, delivery, newMessage, encoder, replier, processor, failure);
  }

  /** The same with another way to answer. */
  public Invocation withReplier(Replier newReplier) {
    return new Invocation(handler, delivery, message, encoder, newReplier, processor, failure);
  }

  /** The same, for what is done when it has failed. */
  Invocation failed(Throwable thrown) {
    return new Invocation(
        handler, delivery, message, encoder, ReplySender.NOBODY, processor, thrown);
  }

  /** How the handler failed; null while it has not. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** The encoding that the message came in, and its answer goes out in. */
  Encoder encoder() {
    return encoder;
  }

  /** The payload as this type. */
  @Nullable Object payload(Type type, boolean isFullBody) {
    if (isFullBody) {
      return encoder.convert(MessageFormat.toMap(message), type, "$");
    } else if (!message.type().equals(Message.COMMAND)) {
      return encoder.convert(message.content(), type, "$.content");
    }
    return encoder.convert(parameters(), type, "$.content.parameters");
  }

  /** One part of the payload, by its key. */
  @Nullable Object part(String key, Type type, boolean mayBeAbsent) {
    boolean isCommand = message.type().equals(Message.COMMAND);
    String path = isCommand ? "$.content.parameters" : "$.content";
    Object payload = isCommand ? parameters() : message.content();
    if (!(payload instanceof Map<?, ?> parts)) {
      throw new MalformedMessageException(
          path, String.valueOf(payload), "an object with the key '" + key + "'");
    }
    if (!parts.containsKey(key) && !mayBeAbsent) {
      throw new MalformedMessageException(path + "." + key, "absent", type.getTypeName());
    }
    return encoder.convert(parts.get(key), type, path + "." + key);
  }

  // Python's default builder always writes the key, and writes {} where there was no argument.
  private @Nullable Object parameters() {
    return message.content().containsKey(Message.PARAMETERS) ? message.parameters() : Map.of();
  }
}
