package org.postage.handler;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.EncodingException;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.message.SafeText;
import org.postage.topology.Destination;
import org.postage.transport.RawMessage;
import org.postage.transport.Transport;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one request, once, where it says and in the encoding that it came in. Thread-safe. */
final class ReplySender implements Replier {
  private static final Logger LOG = LoggerFactory.getLogger(ReplySender.class);

  /** For messages that nobody waits for an answer to. */
  static final Replier NOBODY = new Nobody();

  private static final Duration MIN_PATIENCE = Duration.ofSeconds(1);

  private final Transport transport;
  private final Protocol protocol;
  private final Encoder encoder;
  private final Destination to;
  private final RawMessage request;
  private final @Nullable Long deadlineNanos;
  private final AtomicBoolean isAnswered = new AtomicBoolean();

  ReplySender(
      Transport transport,
      Protocol protocol,
      Encoder encoder,
      String replyTo,
      RawMessage request,
      @Nullable Long deadlineNanos) {
    this.transport = transport;
    this.protocol = protocol;
    this.encoder = encoder;
    this.to = protocol.answersTo(replyTo);
    this.request = request;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  public void reply(@Nullable Object answer) {
    // Before it counts as answered: what can't be a reply is its handler's failure, which is
    // answered instead.
    send(written(result(answer)));
  }

  /** Answers that it was not done. */
  void fail(Failure failure, @Nullable Message message) {
    send(protocol.failure(encoder, failure, message));
  }

  private RawMessage.Builder written(Result result) {
    try {
      return protocol.answer(encoder, result);
    } catch (EncodingException e) {
      LOG.error("An answer can't be written; its sender gets an exception reply instead", e);
      return protocol.failure(
          encoder, new Failure(Failure.Kind.FAILED, null, e.toString(), e), null);
    }
  }

  private void send(RawMessage.Builder answer) {
    if (!isAnswered.compareAndSet(false, true)) {
      LOG.warn("Dropped a second answer to one request (expected: one)");
      return;
    }
    RawMessage reply =
        answer
            .correlationId(request.correlationId())
            // Its request's trace, wherever it is answered from.
            .headers(TraceHeaders.of(request))
            .build();
    try {
      // Not mandatory: who asked may have lost patience, and nobody here can do anything about it.
      transport.publish(to, reply, false, patience()).whenComplete((v, failure) -> tell(failure));
    } catch (TransportException e) {
      // The work is done: that its answer can't be sent is no failure of it.
      tell(e);
    }
  }

  private static void tell(@Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn("An answer was not sent: {}", SafeText.of(failure.getMessage()));
    }
  }

  // As long as somebody waits for it, and a moment where nobody does.
  private Duration patience() {
    if (deadlineNanos == null) {
      return Transport.MAX_PATIENCE;
    }
    Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
    Duration atLeast = left.compareTo(MIN_PATIENCE) < 0 ? MIN_PATIENCE : left;
    return atLeast.compareTo(Transport.MAX_PATIENCE) > 0 ? Transport.MAX_PATIENCE : atLeast;
  }

  @Override
  public boolean isAnswered() {
    return isAnswered.get();
  }

  @Override
  public boolean isRequesterAlive() {
    return (deadlineNanos == null || deadlineNanos - System.nanoTime() > 0)
        && (!protocol.answersToQueues() || transport.exists(to.routingKey()));
  }

  /** What an answer means. */
  static Result result(@Nullable Object answer) {
    if (answer instanceof Result result) {
      return result;
    }
    return answer instanceof Message message ? Result.of(message) : Result.success(answer);
  }

  /** A result, or else that it can't be written. */
  static byte[] encoded(Encoder encoder, Result result) {
    try {
      return encode(encoder, result.toMessage());
    } catch (EncodingException e) {
      LOG.error("An answer can't be written; its sender gets an exception reply instead", e);
      return encode(encoder, Result.exception(e).toMessage());
    }
  }

  private static byte[] encode(Encoder encoder, Message message) {
    return encoder.encode(MessageFormat.toMap(message));
  }

  private static final class Nobody implements Replier {
    @Override
    public void reply(@Nullable Object answer) {
      LOG.debug("Dropped an answer: the message has no reply address");
    }

    @Override
    public boolean isAnswered() {
      return false;
    }

    @Override
    public boolean isRequesterAlive() {
      return false;
    }
  }
}
