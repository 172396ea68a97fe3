package org.postage.producer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * What comes of a publication: what producer interceptors see on the way back. Its futures complete
 * on threads of the connection, where nothing may block; chain with the {@code Async} methods.
 */
public final class Receipt {
  private final CompletableFuture<Void> confirmed;
  private final @Nullable CompletableFuture<Reply> reply;
  private final @Nullable ReplyQueue replyQueue;

  private Receipt(
      CompletableFuture<Void> confirmed,
      @Nullable CompletableFuture<Reply> reply,
      @Nullable ReplyQueue replyQueue) {
    this.confirmed = confirmed;
    this.reply = reply;
    this.replyQueue = replyQueue;
  }

  static Receipt ofMessage(CompletableFuture<Void> confirmed) {
    return new Receipt(confirmed, null, null);
  }

  static Receipt ofRequest(CompletableFuture<Reply> reply) {
    return new Receipt(reply.thenApply(r -> null), reply, null);
  }

  static Receipt ofReplyQueue(CompletableFuture<Void> confirmed, ReplyQueue replyQueue) {
    return new Receipt(confirmed, null, replyQueue);
  }

  /**
   * Done when the broker has the message everywhere, or the reply is there; failed when that will
   * not be.
   */
  public CompletableFuture<Void> confirmed() {
    return confirmed;
  }

  CompletableFuture<Reply> reply() {
    if (reply == null) {
      throw new IllegalStateException(
          "no reply was asked for (expected: a publication with replies ONE)");
    }
    return reply;
  }

  ReplyQueue replyQueue() {
    if (replyQueue == null) {
      throw new IllegalStateException(
          "no reply queue was asked for (expected: a publication with replies QUEUE)");
    }
    return replyQueue;
  }

  /**
   * The confirmation for a user: what hangs on it runs on this executor, never on the connection's
   * threads.
   */
  CompletableFuture<Void> confirmedOn(Executor executor) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    CompletableFuture<Void> handedOver =
        confirmed.whenCompleteAsync(
            (v, failure) -> {
              if (failure == null) {
                future.complete(null);
              } else {
                future.completeExceptionally(unwrapped(failure));
              }
            },
            executor);
    failWithout(handedOver, future);
    return future;
  }

  /**
   * Fails a user's future that an executor of the user's did not complete, since it takes no more:
   * nobody waits for ever. Not on the connection's threads either.
   */
  static void failWithout(CompletableFuture<?> handedOver, CompletableFuture<?> future) {
    handedOver.whenComplete(
        (v, failure) -> {
          if (failure != null && !future.isDone()) {
            ForkJoinPool.commonPool()
                .execute(() -> future.completeExceptionally(unwrapped(failure)));
          }
        });
  }

  /** The failure itself, without what futures that depend on others wrap it in. */
  static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : failure;
  }
}
