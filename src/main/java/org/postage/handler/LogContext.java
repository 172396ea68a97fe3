package org.postage.handler;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postage.message.SafeText;
import org.postage.pipeline.Context;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;
import org.slf4j.MDC;

/**
 * What SLF4J's {@link MDC} holds on a handler's thread, for patterns of log lines, while a message
 * is handled and until it is settled. Afterwards it holds what it held before.
 */
public final class LogContext {
  /** The processor's name. */
  public static final String PROCESSOR = "postage.processor";

  /** The queue that the message came from. */
  public static final String QUEUE = "postage.queue";

  /** The message's category, type and name, with slashes between: {@code message/command/echo}. */
  public static final String MESSAGE = "postage.message";

  /** The message's id, if it has one; Python Postage sends none. */
  public static final String MESSAGE_ID = "postage.messageId";

  /** The id of the trace that the message belongs to, if it belongs to one: 32 hex digits. */
  public static final String TRACE_ID = "postage.traceId";

  private static final String[] KEYS = {PROCESSOR, QUEUE, MESSAGE, MESSAGE_ID, TRACE_ID};

  private final @Nullable String[] values;

  private LogContext(@Nullable String... values) {
    this.values = values;
  }

  static LogContext of(Processor processor, Delivery delivery, String message, Context context) {
    String id = delivery.message().messageId();
    return new LogContext(
        processor.name(),
        SafeText.of(delivery.queue()),
        message,
        id == null ? null : SafeText.of(id),
        TraceHeaders.id(context.trace()));
  }

  Outcome call(Supplier<Outcome> work) {
    @Nullable String[] before = current();
    change(before, values);
    try {
      return work.get();
    } finally {
      change(values, before);
    }
  }

  private static @Nullable String[] current() {
    @Nullable String[] current = new @Nullable String[KEYS.length];
    Arrays.setAll(current, i -> MDC.get(KEYS[i]));
    return current;
  }

  private static void change(@Nullable String[] from, @Nullable String[] to) {
    for (int i = 0; i < KEYS.length; i++) {
      String value = to[i];
      if (value != null) {
        MDC.put(KEYS[i], value);
      } else if (from[i] != null) {
        MDC.remove(KEYS[i]);
      }
    }
  }
}
