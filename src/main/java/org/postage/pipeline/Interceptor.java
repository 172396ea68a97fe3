package org.postage.pipeline;

/**
 * Sees every input on its way to a step, and every output on its way back.
 *
 * <p>It may change the input, go on with {@link Next#proceed}, look at what came of it, go on
 * again, or not go on at all. It runs on the caller's thread and has to be thread-safe.
 *
 * @param <I> what goes in
 * @param <O> what comes out
 */
@FunctionalInterface
public interface Interceptor<I, O> {
  /** Handles one input, usually by {@code next.proceed(input)}. */
  O intercept(I input, Next<I, O> next) throws Exception;

  /**
   * The rest of the way.
   *
   * @param <I> what goes in
   * @param <O> what comes out
   */
  @FunctionalInterface
  interface Next<I, O> {
    /** Goes on with this input. */
    O proceed(I input) throws Exception;
  }
}
