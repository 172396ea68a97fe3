package org.postage.producer;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.topology.Destination;
import org.postage.transport.RawMessage;

/**
 * An answer as it came, decoded by whoever wants it: not on the thread that it came on. Immutable.
 */
record Reply(RawMessage raw, Encoders encoders) {
  /** What the far side says. */
  Result result() {
    return Result.of(MessageFormat.fromMap(encoder().decode(raw.body())));
  }

  /** The value of a success as this type; anything else is thrown. */
  @Nullable Object value(String request, Destination to, Type type) {
    return value(result(), request, to, type);
  }

  @Nullable Object value(Result result, String request, Destination to, Type type) {
    if (result instanceof Result.Success success) {
      return type == void.class || type == Void.class
          ? null
          : encoder().convert(success.value(), type, "$.content.value");
    } else if (result instanceof Result.Failure failure) {
      throw new ErrorReplyException(request, to, failure.message());
    }
    Result.Thrown thrown = (Result.Thrown) result;
    throw new ExceptionReplyException(request, to, thrown.name(), thrown.message());
  }

  private Encoder encoder() {
    return encoders.forContentType(raw.contentType());
  }
}
