package org.postage.embedded.model;

import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.Timetable.Timer;

/** What time does to a queue: its first message expires, or the queue itself, unused. */
final class QueueTimers {
  private final Queue queue;
  private final Timetable timetable;
  private @Nullable Timer firstExpires;
  private @Nullable Timer unused;

  QueueTimers(Queue queue, Timetable timetable) {
    this.queue = queue;
    this.timetable = timetable;
  }

  /** Makes sure that the queue is looked at when its first message expires. */
  void watch(SortedSet<QueuedMessage> ready) {
    long due = ready.isEmpty() ? QueuedMessage.NEVER : ready.first().expiresAt();
    long planned = firstExpires == null ? QueuedMessage.NEVER : firstExpires.at();
    if (due == planned) {
      return;
    }
    if (firstExpires != null) {
      timetable.cancel(firstExpires);
      firstExpires = null;
    }
    if (due != QueuedMessage.NEVER) {
      firstExpires = timetable.at(due, this::firstExpired);
    }
  }

  private void firstExpired() {
    firstExpires = null;
    queue.deliver();
  }

  /** Counts the time without use from now; a queue with consumers is in use. */
  void used() {
    if (unused != null) {
      timetable.cancel(unused);
      unused = null;
    }
    long expires = queue.arguments().expires();
    if (expires != QueueArguments.NONE && queue.consumerCount() == 0) {
      unused = timetable.at(timetable.now() + expires, queue::expire);
    }
  }

  void stop() {
    if (unused != null) {
      timetable.cancel(unused);
    }
    if (firstExpires != null) {
      timetable.cancel(firstExpires);
    }
  }
}
