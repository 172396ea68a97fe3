package org.postage.amqp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postage.transport.ReplyAddress;

/** Who waits for an address that answers come to, in their order. Not thread-safe. */
final class ReplyWaiters {
  /**
   * One of them.
   *
   * @param wantedFresh whether only a fresh one would do when it was asked for
   * @param needsFresh whether that is so still
   */
  record Waiter(
      long number,
      boolean wantedFresh,
      BooleanSupplier needsFresh,
      ReplyAddress.Listener listener,
      CompletableFuture<ReplyAddress> address) {}

  // Two, so that whoever may have an address is found at once among any number.
  private final Set<Waiter> wantingAny = new LinkedHashSet<>();
  private final Set<Waiter> wantingFresh = new LinkedHashSet<>();
  private long asked;

  /** One more, behind the others. */
  Waiter add(ReplyAddress.Listener listener, boolean wantsFresh, BooleanSupplier needsFresh) {
    Waiter waiter =
        new Waiter(asked++, wantsFresh, needsFresh, listener, new CompletableFuture<>());
    those(wantsFresh).add(waiter);
    return waiter;
  }

  void remove(Waiter waiter) {
    those(waiter.wantedFresh).remove(waiter);
  }

  /**
   * Takes out who waits longest of those who may have such an address; null if nobody does. Of
   * those who wanted a fresh one, the first is asked whether it still does, and stands for the
   * others: mostly they call the same peer.
   */
  @Nullable Waiter takeNext(boolean isFresh) {
    Waiter any = first(wantingAny);
    Waiter fresh = first(wantingFresh);
    if (fresh != null && !isFresh && fresh.needsFresh.getAsBoolean()) {
      fresh = null;
    }
    boolean isAny = fresh == null || (any != null && any.number < fresh.number);
    Waiter next = isAny ? any : fresh;
    if (next != null) {
      remove(next);
    }
    return next;
  }

  /** Takes out all. */
  List<Waiter> takeAll() {
    List<Waiter> all = new ArrayList<>(wantingAny);
    all.addAll(wantingFresh);
    wantingAny.clear();
    wantingFresh.clear();
    return all;
  }

  int size() {
    return wantingAny.size() + wantingFresh.size();
  }

  private Set<Waiter> those(boolean wantFresh) {
    return wantFresh ? wantingFresh : wantingAny;
  }

  private static @Nullable Waiter first(Set<Waiter> waiters) {
    return waiters.isEmpty() ? null : waiters.iterator().next();
  }
}
