package org.postage.producer;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postage.message.Dictionary;
import org.postage.message.Message;
import org.postage.message.PostageException;
import org.postage.message.Result;
import org.postage.pipeline.Context;
import org.postage.pipeline.Interceptor;
import org.postage.producer.Publication.ReplyMode;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.RawMessage;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One producer: a sender's fingerprint, its destinations, and the ways to send a message there.
 * Both producer interfaces and untyped producers end here. Thread-safe.
 */
public final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final MessageSender sender;
  private final BiConsumer<Exchange, Duration> declare;
  private final Interceptor.Next<Publication, Receipt> pipeline;
  private final Executor executor;
  private final BiConsumer<Publication, Throwable> onFailure;
  private final Map<String, @Nullable Object> fingerprint;
  private final List<Destination> destinations;
  private final @Nullable String method;

  Outbox(
      MessageSender sender,
      BiConsumer<Exchange, Duration> declare,
      Interceptor.Next<Publication, Receipt> pipeline,
      Executor executor,
      BiConsumer<Publication, Throwable> onFailure,
      Map<String, ? extends @Nullable Object> fingerprint,
      List<Destination> destinations) {
    this(
        sender,
        declare,
        pipeline,
        executor,
        onFailure,
        Dictionary.copyOf(fingerprint),
        List.copyOf(destinations),
        null);
  }

  private Outbox(
      MessageSender sender,
      BiConsumer<Exchange, Duration> declare,
      Interceptor.Next<Publication, Receipt> pipeline,
      Executor executor,
      BiConsumer<Publication, Throwable> onFailure,
      Map<String, @Nullable Object> fingerprint,
      List<Destination> destinations,
      @Nullable String method) {
    this.sender = sender;
    this.declare = declare;
    this.pipeline = pipeline;
    this.executor = executor;
    this.onFailure = onFailure;
    this.fingerprint = fingerprint;
    this.destinations = destinations;
    this.method = method;
  }

  /** The same, for what this method of a producer interface sends. */
  Outbox of(String sendingMethod) {
    return new Outbox(
        sender, declare, pipeline, executor, onFailure, fingerprint, destinations, sendingMethod);
  }

  /** Where messages go unless an option says otherwise. */
  public List<Destination> destinations() {
    return destinations;
  }

  /**
   * The message with this producer's fingerprint in it; what it said of the same keys is replaced.
   */
  public Message signed(Message message) {
    if (message.fingerprint().isEmpty()) {
      return message.withFingerprint(fingerprint);
    }
    Map<String, @Nullable Object> merged = new LinkedHashMap<>(message.fingerprint());
    merged.putAll(fingerprint);
    return message.withFingerprint(merged);
  }

  /** Sends, and has a failure told to the failure callback. */
  public void send(Message message, SendOption... options) {
    Publication publication = publication(message, ReplyMode.NONE, options);
    proceed(publication)
        .confirmed()
        .whenComplete(
            (v, failure) -> {
              if (failure != null) {
                tell(publication, Receipt.unwrapped(failure));
              }
            });
  }

  private void tell(Publication publication, Throwable failure) {
    try {
      executor.execute(() -> onFailure.accept(publication, failure));
    } catch (RejectedExecutionException e) {
      LOG.warn("Nobody could be told, since the executor takes no more: {}", failure.toString());
    }
  }

  /** Sends; done when the broker has the message. */
  public CompletableFuture<Void> sendAsync(Message message, SendOption... options) {
    return proceed(publication(message, ReplyMode.NONE, options)).confirmedOn(executor);
  }

  /** Sends a body that exists already as it is, byte for byte; done when the broker has it. */
  public CompletableFuture<Void> forward(RawMessage received, SendOption... options) {
    CompletableFuture<Void> confirmed =
        sender.forward(received, destinations(SendOptions.of(options)));
    return Receipt.ofMessage(confirmed).confirmedOn(executor);
  }

  /** Asks, and waits for the result, whatever it is. */
  public Result call(Message request, SendOption... options) {
    return await(publication(request, ReplyMode.ONE, options)).result();
  }

  /** Asks, and waits for the value as this type; any other result is thrown. */
  public @Nullable Object call(Message request, Type type, SendOption... options) {
    Publication publication = publication(request, ReplyMode.ONE, options);
    return await(publication).value(request.name(), publication.firstDestination(), type);
  }

  /** Asks; done with the result, whatever it is. */
  public CompletableFuture<Result> callAsync(Message request, SendOption... options) {
    CompletableFuture<Reply> reply = proceed(publication(request, ReplyMode.ONE, options)).reply();
    CompletableFuture<Result> result = new CompletableFuture<>();
    whenAnswered(reply, result, answer -> result.complete(answer.result()));
    return result;
  }

  /** Asks; done with the value as this type, or failed with any other result. */
  public CompletableFuture<@Nullable Object> callAsync(
      Message request, Type type, SendOption... options) {
    Publication publication = publication(request, ReplyMode.ONE, options);
    Destination to = publication.firstDestination();
    CompletableFuture<Reply> reply = proceed(publication).reply();
    CompletableFuture<@Nullable Object> value = new CompletableFuture<>();
    whenAnswered(reply, value, answer -> value.complete(answer.value(request.name(), to, type)));
    return value;
  }

  // Reads the answer on the executor, never on the thread that it came on. The user's future fails
  // with the failure
  // itself, and takes the request back when it is cancelled.
  private void whenAnswered(
      CompletableFuture<Reply> reply, CompletableFuture<?> future, Consumer<Reply> reading) {
    future.whenComplete(
        (v, failure) -> {
          if (future.isCancelled()) {
            reply.cancel(false);
          }
        });
    CompletableFuture<Reply> handedOver =
        reply.whenCompleteAsync(
            (answer, failure) -> {
              if (failure != null) {
                future.completeExceptionally(failure);
                return;
              }
              try {
                reading.accept(answer);
              } catch (RuntimeException e) {
                future.completeExceptionally(e);
              }
            },
            executor);
    Receipt.failWithout(handedOver, future);
  }

  /** Asks, and leaves what comes to whoever takes it from the queue. */
  public ReplyQueue callForQueue(Message request, SendOption... options) {
    return proceed(publication(request, ReplyMode.QUEUE, options)).replyQueue();
  }

  /** Asks everybody who listens, and gathers their values as this type. */
  public Replies<?> callForReplies(Message request, Type type, SendOption... options) {
    SendOptions chosen = SendOptions.of(options);
    ReplyQueue queue = callForQueue(request, options);
    Destination to = chosen.destinationsOr(destinations).get(0);
    return new Replies<>(
        queue,
        request.name(),
        to,
        type,
        chosen.maxReplies,
        Context.current().limit(chosen.timeout));
  }

  private Publication publication(Message message, ReplyMode replies, SendOption... options) {
    SendOptions chosen = SendOptions.of(options);
    return Publication.of(message, destinations(chosen), replies, chosen, method);
  }

  // The producer's own exchanges were declared when it was made.
  private List<Destination> destinations(SendOptions chosen) {
    List<Destination> to = chosen.destinationsOr(destinations);
    if (!to.equals(destinations)) {
      to.forEach(destination -> declare.accept(destination.exchange(), chosen.timeout));
    }
    return to;
  }

  // Reads the reply on the caller's thread: one hop less than a future's.
  private Reply await(Publication publication) {
    CompletableFuture<Reply> reply = proceed(publication).reply();
    try {
      return reply.get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (CancellationException e) {
      throw new TransportException("the request was cancelled", e);
    } catch (InterruptedException e) {
      reply.cancel(false);
      Thread.currentThread().interrupt();
      throw new TransportException(
          "interrupted while waiting for the reply to '" + publication.message().name() + "'", e);
    }
  }

  private Receipt proceed(Publication publication) {
    try {
      return pipeline.proceed(publication);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new PostageException(
          "an interceptor failed on '" + publication.message().name() + "'", e);
    }
  }

  // The failure was made on a thread of the connection; the caller wants to see its own line in the
  // trace too.
  private static RuntimeException rethrown(@Nullable Throwable failure) {
    if (failure instanceof RuntimeException known) {
      known.addSuppressed(new CallerTrace());
      return known;
    }
    return new PostageException(
        "the request failed", failure == null ? new CallerTrace() : failure);
  }

  /** Where the call was made. */
  private static final class CallerTrace extends Exception {
    CallerTrace() {
      super("the call was made here");
    }
  }
}
