package org.postage.producer;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.Result;

/** What a method's return type means, and which ones mean nothing. */
final class ReturnTypes {
  private static final String MESSAGE_TYPES = "void or CompletableFuture<Void>";
  private static final String RPC_TYPES =
      "a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type";

  private final Encoders encoders;

  ReturnTypes(Encoders encoders) {
    this.encoders = encoders;
  }

  Optional<ProducerMethod.Sending> sending(
      Method method, MessageCategory category, Consumer<String> problem) {
    Type returned = method.getGenericReturnType();
    return category == MessageCategory.MESSAGE
        ? message(returned, problem)
        : rpc(returned, problem);
  }

  private static Optional<ProducerMethod.Sending> message(Type returned, Consumer<String> problem) {
    if (returned == void.class) {
      return Optional.of(
          (outbox, message, options) -> {
            outbox.send(message, options);
            return null;
          });
    } else if (rawType(returned) == CompletableFuture.class && argument(returned) == Void.class) {
      return Optional.of(Outbox::sendAsync);
    }
    problem.accept("returns " + returned.getTypeName() + " (expected: " + MESSAGE_TYPES + ")");
    return Optional.empty();
  }

  private Optional<ProducerMethod.Sending> rpc(Type returned, Consumer<String> problem) {
    Class<?> raw = rawType(returned);
    if (raw == Result.class) {
      return Optional.of(Outbox::call);
    } else if (raw == ReplyQueue.class) {
      return Optional.of(Outbox::callForQueue);
    } else if (raw == CompletableFuture.class && argument(returned) == Result.class) {
      return Optional.of(Outbox::callAsync);
    }
    boolean wraps = raw == CompletableFuture.class || raw == Replies.class;
    Type value = wraps ? argument(returned) : returned;
    if (isNoValue(value)) {
      problem.accept("returns " + returned.getTypeName() + " (expected: " + RPC_TYPES + ")");
      return Optional.empty();
    }
    try {
      encoders.check(value);
    } catch (IllegalArgumentException e) {
      problem.accept(
          "returns " + returned.getTypeName() + ", which can't be read: " + e.getMessage());
      return Optional.empty();
    }
    if (raw == CompletableFuture.class) {
      return Optional.of((outbox, message, options) -> outbox.callAsync(message, value, options));
    } else if (raw == Replies.class) {
      return Optional.of(
          (outbox, message, options) -> outbox.callForReplies(message, value, options));
    }
    return Optional.of((outbox, message, options) -> outbox.call(message, value, options));
  }

  private static boolean isNoValue(Type value) {
    Class<?> raw = rawType(value);
    return value instanceof TypeVariable<?>
        || raw == Message.class
        || raw == ReplyQueue.class
        || Future.class.isAssignableFrom(raw)
        || CompletionStage.class.isAssignableFrom(raw)
        || value == Replies.class;
  }

  private static Class<?> rawType(Type type) {
    if (type instanceof Class<?> plain) {
      return plain;
    } else if (type instanceof ParameterizedType generic
        && generic.getRawType() instanceof Class<?> raw) {
      return raw;
    }
    return Object.class;
  }

  /**
   * The one type argument; the type itself where it has none, which no caller takes for a value.
   */
  private static Type argument(Type type) {
    return type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[0] : type;
  }
}
