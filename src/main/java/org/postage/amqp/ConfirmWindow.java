package org.postage.amqp;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was published on one channel and is not confirmed yet, by the number that the broker will
 * confirm it with. A ring: numbers are used in order, and confirmed nearly so. Not thread-safe.
 */
final class ConfirmWindow {
  private final @Nullable PendingPublish[] slots;
  // I1: slots hold the numbers from `lowest` up to and without `next`; a null among them was
  // confirmed or given up.
  // I2: next - lowest never exceeds the number of slots.
  private long lowest = 1;
  private long next = 1;

  ConfirmWindow(int size) {
    slots = new @Nullable PendingPublish[size];
  }

  /** Numbers from the oldest unconfirmed one on: what counts against the size. */
  int span() {
    return (int) (next - lowest);
  }

  boolean isFull() {
    return span() == slots.length;
  }

  /** Gives the message the channel's next number. */
  void add(PendingPublish publish) {
    slots[index(next)] = publish;
    next++;
  }

  /**
   * Takes out what a confirm is about: one number, or all up to it. Unknown numbers are nothing.
   */
  List<PendingPublish> take(long number, boolean upTo) {
    List<PendingPublish> taken = new ArrayList<>(1);
    for (long n = upTo ? lowest : Math.max(lowest, number); n <= number && n < next; n++) {
      PendingPublish publish = slots[index(n)];
      if (publish != null) {
        taken.add(publish);
        slots[index(n)] = null;
      }
    }
    advance();
    return taken;
  }

  /** Takes out all that this is true of, in their order. */
  List<PendingPublish> takeIf(Predicate<PendingPublish> condition) {
    List<PendingPublish> taken = new ArrayList<>();
    for (long n = lowest; n < next; n++) {
      PendingPublish publish = slots[index(n)];
      if (publish != null && condition.test(publish)) {
        taken.add(publish);
        slots[index(n)] = null;
      }
    }
    advance();
    return taken;
  }

  /**
   * The message that a broker returned: it may be on its way to several places, and to one place
   * several times. A broker returns in the order of publishing.
   */
  @Nullable PendingPublish find(@Nullable String messageId, String exchange, String routingKey) {
    for (long n = lowest; n < next; n++) {
      PendingPublish publish = slots[index(n)];
      if (publish != null
          && publish.mayBeReturned()
          && Objects.equals(messageId, publish.message.messageId())
          && routingKey.equals(publish.to.routingKey())
          && exchange.equals(publish.to.exchange().name())) {
        return publish;
      }
    }
    return null;
  }

  private void advance() {
    while (lowest < next && slots[index(lowest)] == null) {
      lowest++;
    }
  }

  private int index(long number) {
    return (int) (number % slots.length);
  }
}
