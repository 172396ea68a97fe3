package org.postage.pipeline;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a message hands down to whatever is sent while it is handled: how long somebody waits for
 * it, and which trace it belongs to. It belongs to the thread that runs the handler. Immutable and
 * thread-safe.
 */
public final class Context {
  /** Outside of handlers: nobody waits, no trace. */
  public static final Context NONE = new Context(null, Map.of());

  /** W3C's name of the header that says where in a trace a message was sent. */
  public static final String TRACE_PARENT = "traceparent";

  /** W3C's name of the header with what tracing systems add to it. */
  public static final String TRACE_STATE = "tracestate";

  private static final ThreadLocal<Context> CURRENT = ThreadLocal.withInitial(() -> NONE);

  private final @Nullable Long deadlineNanos;
  private final Map<String, String> trace;

  private Context(@Nullable Long deadlineNanos, Map<String, String> trace) {
    this.deadlineNanos = deadlineNanos;
    this.trace = trace;
  }

  /** This thread's. */
  public static Context current() {
    return CURRENT.get();
  }

  /**
   * What a message brings.
   *
   * @param deadlineNanos when nobody waits for it any more, as {@link System#nanoTime} tells time;
   *     null if nobody does at all
   * @param trace trace headers
   */
  public static Context of(@Nullable Long deadlineNanos, Map<String, String> trace) {
    return deadlineNanos == null && trace.isEmpty()
        ? NONE
        : new Context(deadlineNanos, Map.copyOf(trace));
  }

  /** The same in another trace, or at another place of it. */
  public Context withTrace(Map<String, String> newTrace) {
    return of(deadlineNanos, newTrace);
  }

  /** How long somebody still waits, not less than nothing; empty where nobody does. */
  public Optional<Duration> remaining() {
    return deadlineNanos == null
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime())));
  }

  /** This time, or what remains of it. */
  public Duration limit(Duration time) {
    return remaining().filter(left -> left.compareTo(time) < 0).orElse(time);
  }

  /** The headers to send along. */
  public Map<String, String> trace() {
    return trace;
  }

  /** Runs something in this context, which is also how a task takes it to another thread. */
  public <T extends @Nullable Object> T call(Callable<T> task) throws Exception {
    Context outer = CURRENT.get();
    CURRENT.set(this);
    try {
      return task.call();
    } finally {
      if (outer == NONE) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }
}
