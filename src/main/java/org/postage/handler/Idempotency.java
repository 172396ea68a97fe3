package org.postage.handler;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.message.MessageCategory;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.message.SafeText;
import org.postage.pipeline.Interceptor;
import org.postage.transport.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one handler once for each message: inside of all interceptors, which see each delivery, and
 * outside of the handler's filters, which are a part of what is done once. Thread-safe.
 */
final class Idempotency implements Interceptor<Invocation, Outcome> {
  private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);
  // A key has 600 characters at most, a message id 255.
  private static final int MAX_NAME = 340;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final IdempotencyStore store;
  private final Encoders encoders;
  private final String handler;
  private final Duration window;

  /**
   * Guards one handler.
   *
   * @param handler what it is called in the store, for as long as the store remembers
   */
  Idempotency(IdempotencyStore store, Encoders encoders, String handler, Duration window) {
    this.store = store;
    this.encoders = encoders;
    this.handler = handler;
    this.window = window;
  }

  /**
   * The handlers, guarded where they say so.
   *
   * @param given null for a store in memory
   * @throws IllegalArgumentException if two of them would be one for the store
   */
  static List<CompiledHandler> around(
      List<CompiledHandler> handlers, Encoders encoders, @Nullable IdempotencyStore given) {
    if (handlers.stream().allMatch(handler -> handler.info().idempotentFor().isEmpty())) {
      return handlers;
    }
    IdempotencyStore store = given == null ? new InMemoryIdempotencyStore() : given;
    Set<String> names = new HashSet<>();
    return handlers.stream()
        .map(
            handler ->
                handler
                    .info()
                    .idempotentFor()
                    .map(
                        window -> {
                          String name = name(handler, names);
                          return handler.inside(new Idempotency(store, encoders, name, window));
                        })
                    .orElse(handler))
        .toList();
  }

  // The name of its class alone may be that of another, and several objects may inherit it.
  private static String name(CompiledHandler handler, Set<String> others) {
    Class<?> type =
        handler.owner() instanceof Class<?> itself ? itself : handler.owner().getClass();
    String name = type.getName() + " " + handler.info().id() + " " + handler.key();
    if (name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          handler.info().id()
              + ": @Idempotent: its name and what it handles have "
              + name.length()
              + " characters (expected: at most "
              + MAX_NAME
              + ")");
    } else if (!others.add(name)) {
      throw new IllegalArgumentException(
          "two @Idempotent handlers of "
              + handler.key()
              + " that can't be told apart: "
              + handler.info().id()
              + " (expected: one object of a class, and different names of methods)");
    }
    return name;
  }

  @Override
  public Outcome intercept(Invocation invocation, Next<Invocation, Outcome> next) throws Exception {
    String id = invocation.delivery().message().messageId();
    if (id == null || id.isEmpty()) {
      LOG.debug("{}: handled each time that it comes: a message without an id", handler);
      return next.proceed(invocation);
    }
    String key = handler + " " + id;
    boolean isRequest = invocation.message().category() == MessageCategory.RPC;
    AnswerOnce answer = new AnswerOnce(store, key, invocation.encoder(), invocation.replier());
    Optional<IdempotencyStore.Handled> before;
    try {
      before =
          store.once(
              key,
              window,
              () -> {
                next.proceed(isRequest ? invocation.withReplier(answer) : invocation);
                return answer.toRemember();
              });
    } catch (IdempotencyStore.BusyException e) {
      LOG.debug("{}: {} goes back: {}", handler, SafeText.of(id), SafeText.of(e.getMessage()));
      // At once it would be back at once.
      LockSupport.parkNanos(PAUSE_NANOS);
      return Outcome.REQUEUE;
    }
    if (before.isPresent()) {
      LOG.debug("{}: {} was handled before", handler, SafeText.of(id));
      answerAgain(invocation.replier(), before.get());
    } else {
      answer.release();
    }
    return Outcome.ACK;
  }

  private void answerAgain(Replier replier, IdempotencyStore.Handled handled) {
    byte[] answer = handled.answer();
    if (answer != null) {
      Encoder encoder = encoders.forContentType(handled.contentType());
      replier.reply(Result.of(MessageFormat.fromMap(encoder.decode(answer))));
    }
  }
}
