package org.postage.pipeline;

import java.util.List;
import org.postage.pipeline.Interceptor.Next;

/** Folds interceptors around the step that they surround. */
public final class Pipeline {
  private Pipeline() {}

  /** The step with the interceptors around it, the first of the list outermost. */
  public static <I, O> Next<I, O> around(
      List<? extends Interceptor<I, O>> interceptors, Next<I, O> step) {
    Next<I, O> chain = step;
    for (int i = interceptors.size() - 1; i >= 0; i--) {
      Interceptor<I, O> interceptor = interceptors.get(i);
      Next<I, O> inner = chain;
      chain = input -> interceptor.intercept(input, inner);
    }
    return chain;
  }
}
