package org.postage.handler;

import org.jspecify.annotations.Nullable;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;

/**
 * A handler that is a class: made anew for each message, with access to all there is. It carries
 * {@link MessageHandler}, {@link MessageHandlerFullBody} or {@link RpcHandler} and has a
 * constructor without parameters; it may be an inner class of an object with handlers. Used on one
 * thread.
 */
public abstract class Handler {
  private @Nullable Invocation invocation;

  /** For subclasses. */
  public Handler() {}

  /** Handles the message. What it throws is treated as what a method throws. */
  public abstract void call() throws Exception;

  /** The whole message. */
  public final Message message() {
    return invocation().message();
  }

  /**
   * The payload as this type: a command's parameters, any other message's content; with a full
   * body, the body. Where it is of another type this throws a {@link
   * org.postage.message.PostageException}, which makes the message be rejected.
   */
  @SuppressWarnings("unchecked") // The encoder converts to the type that it is given.
  public final <T> @Nullable T data(Class<T> type) {
    try {
      return (T)
          invocation().payload(type, getClass().isAnnotationPresent(MessageHandlerFullBody.class));
    } catch (MalformedMessageException e) {
      throw new UnfitMessageException(e);
    }
  }

  /** Answers a request. */
  public final Replier replier() {
    return invocation().replier();
  }

  /** The processor that it runs in. */
  public final Processor processor() {
    return invocation().processor();
  }

  final void run(Invocation newInvocation) throws Exception {
    invocation = newInvocation;
    call();
  }

  private Invocation invocation() {
    if (invocation == null) {
      throw new IllegalStateException(
          getClass().getName() + ": not called for a message yet (expected: use in call())");
    }
    return invocation;
  }
}
