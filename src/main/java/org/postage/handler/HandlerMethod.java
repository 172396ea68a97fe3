package org.postage.handler;

import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.postage.message.MalformedMessageException;
import org.postage.pipeline.Interceptor;
import org.postage.transport.Outcome;

/**
 * One annotated method, understood once: the innermost step on the way in. Immutable and
 * thread-safe.
 */
final class HandlerMethod implements Interceptor.Next<Invocation, Outcome> {
  /** Finds one argument of the call. */
  @FunctionalInterface
  interface Argument {
    @Nullable Object of(Invocation invocation);
  }

  private final MethodHandle handle;
  private final Argument[] arguments;
  private final boolean answers;

  /**
   * A method of an object.
   *
   * @param handle takes an array of the arguments
   * @param answers whether what it returns is the answer to a request
   */
  HandlerMethod(MethodHandle handle, Argument[] arguments, boolean answers) {
    this.handle = handle;
    this.arguments = arguments.clone();
    this.answers = answers;
  }

  @Override
  public Outcome proceed(Invocation invocation) throws Exception {
    Object returned = settled(call(values(invocation)));
    if (answers) {
      invocation.replier().reply(returned);
    }
    return Outcome.ACK;
  }

  private @Nullable Object[] values(Invocation invocation) {
    @Nullable Object[] values = new @Nullable Object[arguments.length];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = arguments[i].of(invocation);
      }
    } catch (MalformedMessageException e) {
      throw new UnfitMessageException(e);
    }
    return values;
  }

  private @Nullable Object call(@Nullable Object[] values) throws Exception {
    try {
      return (Object) handle.invokeExact(values);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(
          "a handler threw what is neither an exception nor an error", t);
    }
  }

  // A future is waited for: the message counts as handled when its handling has ended.
  private static @Nullable Object settled(@Nullable Object returned) throws Exception {
    if (!(returned instanceof CompletionStage<?> stage)) {
      return returned;
    }
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
