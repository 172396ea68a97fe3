package org.postage.handler;

import java.util.List;
import java.util.Optional;
import org.postage.message.MessageKey;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.Pipeline;
import org.postage.transport.Outcome;

/**
 * A row of a handler table before it is one.
 *
 * @param owner the object that it belongs to
 * @param declaring the class that it is written in
 * @param info its id says where it is written
 * @param lastResort what runs when it has failed for good
 * @param isReplaceable whether any other handler of the same request may take its place
 */
record CompiledHandler(
    HandlerInfo info,
    Interceptor.Next<Invocation, Outcome> step,
    Object owner,
    Class<?> declaring,
    boolean isReplaceable,
    Optional<Interceptor.Next<Invocation, Outcome>> lastResort) {
  /** A subclass's handler takes the place of its superclass's. */
  @SuppressWarnings("ReferenceEquality") // The same object, whatever its equals() says.
  boolean givesWayTo(CompiledHandler later) {
    return isReplaceable
        || (owner == later.owner
            && declaring != later.declaring
            && declaring.isAssignableFrom(later.declaring));
  }

  /** The same with something around its step. */
  CompiledHandler inside(Interceptor<Invocation, Outcome> interceptor) {
    return new CompiledHandler(
        info,
        Pipeline.around(List.of(interceptor), step),
        owner,
        declaring,
        isReplaceable,
        lastResort);
  }

  MessageKey key() {
    return info.key();
  }
}
