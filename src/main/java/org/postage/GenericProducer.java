package org.postage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.producer.Outbox;
import org.postage.producer.ReplyQueue;
import org.postage.producer.SendOption;
import org.postage.transport.RawMessage;

/**
 * A producer without an interface: sends messages that are built by hand. Thread-safe.
 *
 * <p>{@code void} methods return when the message is on its way; what becomes of it later is told
 * to the failure callback of the {@link Postage}. All but {@link #forward} put this producer's
 * fingerprint into the message.
 */
public final class GenericProducer {
  private final Outbox outbox;

  GenericProducer(Outbox outbox) {
    this.outbox = outbox;
  }

  /**
   * Sends a bare message.
   *
   * @param args positional arguments, or none
   * @param kwds named arguments, or none
   */
  public void message(
      List<? extends @Nullable Object> args,
      Map<String, ? extends @Nullable Object> kwds,
      SendOption... options) {
    send(Message.bare(args, kwds), options);
  }

  /** Sends a message. */
  public void send(Message message, SendOption... options) {
    outbox.send(outbox.signed(message), options);
  }

  /** Sends a message; done when the broker has it. */
  public CompletableFuture<Void> sendAsync(Message message, SendOption... options) {
    return outbox.sendAsync(outbox.signed(message), options);
  }

  /** Sends a message with the fingerprint that it has. */
  public void forward(Message message, SendOption... options) {
    outbox.send(message, options);
  }

  /**
   * Sends a message in its dictionary form with the fingerprint that it has.
   *
   * @throws org.postage.message.MalformedMessageException if it is no message
   */
  public void forward(Map<String, ? extends @Nullable Object> body, SendOption... options) {
    forward(MessageFormat.fromMap(body), options);
  }

  /**
   * Sends what was received as it is, byte for byte, readable or not: {@code delivery.message()}.
   * Interceptors do not see it, and it is no failure if nobody listens.
   *
   * @return done when the broker has it
   */
  public CompletableFuture<Void> forward(RawMessage received, SendOption... options) {
    return outbox.forward(received, options);
  }

  /** Asks, and waits for the result, whatever it is. */
  public Result call(Message request, SendOption... options) {
    return outbox.call(outbox.signed(request), options);
  }

  /** Asks; done with the result, whatever it is. */
  public CompletableFuture<Result> callAsync(Message request, SendOption... options) {
    return outbox.callAsync(outbox.signed(request), options);
  }

  /** Asks; the answers come to a queue. */
  public ReplyQueue callForQueue(Message request, SendOption... options) {
    return outbox.callForQueue(outbox.signed(request), options);
  }
}
