package org.postage.states;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays random sequences of events. One that fails is made as short as it can be, and shown with
 * its seed.
 *
 * <p>{@code -Dpostage.seed} begins with another seed, {@code -Dpostage.sequences} plays more or
 * fewer: sequence number n has the seed of the first one plus n.
 */
public final class RandomEvents {
  private static final long SEED = Long.getLong("postage.seed", 1);
  private static final int SEQUENCES = Integer.getInteger("postage.sequences", 100_000);

  private RandomEvents() {}

  /**
   * Something that happens. Means the same whatever was left out before it: the number is taken
   * modulo what there is to choose from.
   *
   * @param kind what happens
   * @param number to what, or how: 0 or more
   */
  public record Event<K>(K kind, int number) {
    /** One of these, and the same one for the same number; fails where there is none. */
    public <T> T oneOf(List<T> choices) {
      return choices.get(number % choices.size());
    }

    @Override
    public String toString() {
      return kind + "(" + number + ")";
    }
  }

  /**
   * Plays all sequences.
   *
   * @param kinds what can happen; what stands there twice happens twice as often
   * @param maxEvents how many events a sequence has at most
   * @param play begins anew, has all of it happen, and throws if something does not hold
   */
  public static <K> void play(List<K> kinds, int maxEvents, Consumer<List<Event<K>>> play) {
    // With a short stack exceptions are cheap, and there are many.
    FutureTask<Void> all =
        new FutureTask<>(() -> play(kinds, maxEvents, SEED, SEQUENCES, play), null);
    Thread thread = new Thread(all, "random-events");
    thread.setDaemon(true);
    thread.start();
    try {
      all.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new AssertionError(cause == null ? "" : cause.getMessage(), cause);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static <K> void play(
      List<K> kinds, int maxEvents, long from, int sequences, Consumer<List<Event<K>>> play) {
    for (long seed = from; seed < from + sequences; seed++) {
      List<Event<K>> events = sequence(kinds, maxEvents, new SplittableRandom(seed));
      if (failure(events, play) != null) {
        List<Event<K>> shortest = shortened(events, play);
        Throwable failure = failure(shortest, play);
        throw new AssertionError(
            "-Dpostage.seed=" + seed + ", shortened: " + shortest + ": " + failure, failure);
      }
    }
  }

  private static <K> List<Event<K>> sequence(
      List<K> kinds, int maxEvents, SplittableRandom random) {
    int size = 1 + random.nextInt(maxEvents);
    List<Event<K>> events = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      events.add(new Event<>(kinds.get(random.nextInt(kinds.size())), random.nextInt(1 << 20)));
    }
    return events;
  }

  /** Leaves out halves, then quarters, and so on down to single events, while it still fails. */
  private static <K> List<Event<K>> shortened(
      List<Event<K>> events, Consumer<List<Event<K>>> play) {
    List<Event<K>> shortest = events;
    for (int size = events.size() / 2; size > 0; size /= 2) {
      for (int at = 0; at < shortest.size(); ) {
        List<Event<K>> fewer = without(shortest, at, size);
        if (failure(fewer, play) == null) {
          at += size;
        } else {
          shortest = fewer;
        }
      }
    }
    return shortest;
  }

  private static <K> List<Event<K>> without(List<Event<K>> events, int at, int size) {
    List<Event<K>> fewer = new ArrayList<>(events.subList(0, at));
    fewer.addAll(events.subList(Math.min(at + size, events.size()), events.size()));
    return fewer;
  }

  private static <K> @Nullable Throwable failure(
      List<Event<K>> events, Consumer<List<Event<K>>> play) {
    try {
      play.accept(events);
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }
}
