package org.postage.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What was done to the broker and to its links, and when. Thread-safe. */
final class TimeLine {
  private static final long NEVER = Long.MIN_VALUE;

  private final long start = System.nanoTime();
  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private final List<String> notes = new CopyOnWriteArrayList<>();
  private final List<Resends> resends = new CopyOnWriteArrayList<>();

  /** Milliseconds since this was made: the clock of a scenario. */
  int now() {
    return Math.toIntExact((System.nanoTime() - start) / 1_000_000);
  }

  /** Notes something that is no fault. */
  void note(String what) {
    notes.add(line(now(), what));
  }

  /**
   * A fault begins.
   *
   * @param losesConnections whether connections may be lost by it, and with them the word on what
   *     was sent
   */
  Fault begin(String what, boolean losesConnections) {
    Fault fault = new Fault(what, now(), losesConnections);
    faults.add(fault);
    return fault;
  }

  /**
   * The library was seen to send messages again. One look after the other that sees it sees the
   * same.
   *
   * @param from when it was looked before
   * @param to when it was looked and seen
   */
  synchronized void resent(int from, int to, long count) {
    Resends last = resends.isEmpty() ? null : resends.get(resends.size() - 1);
    if (last != null && last.to >= from) {
      resends.set(resends.size() - 1, new Resends(last.from, to, last.count + count));
    } else {
      resends.add(new Resends(from, to, count));
    }
  }

  /** How many messages were sent again. */
  long resent() {
    return resends.stream().mapToLong(Resends::count).sum();
  }

  /**
   * How often something that was on its way may have been sent again: as often as connections were
   * lost by a fault, or as the library was seen to do it, for whatever reason.
   */
  int copiesWithin(int from, int to) {
    long seen = resends.stream().filter(each -> each.from <= to && each.to >= from).count();
    return Math.max(lossesWithin(from, to), Math.toIntExact(seen));
  }

  private int lossesWithin(int from, int to) {
    int losses = 0;
    for (Fault fault : faults) {
      if (fault.from <= to && fault.lossUntil != NEVER && fault.lossUntil >= from) {
        losses++;
      }
    }
    return losses;
  }

  /** When faults were over, in order. */
  List<Integer> healings() {
    return faults.stream()
        .filter(fault -> fault.healed != NEVER)
        .map(fault -> Math.toIntExact(fault.healed))
        .sorted()
        .toList();
  }

  /** How many faults there were. */
  int faults() {
    return faults.size();
  }

  /** When the first fault began; the end of time where there was none. */
  int firstFault() {
    return faults.stream().mapToInt(fault -> fault.from).min().orElse(Integer.MAX_VALUE);
  }

  @Override
  public String toString() {
    List<String> lines = new ArrayList<>(notes);
    faults.forEach(fault -> lines.add(line(fault.from, fault.toString())));
    resends.forEach(
        each -> lines.add(line(each.to, each.count + " sent again, since " + each.from + " ms")));
    lines.sort(null);
    return String.join("\n", lines);
  }

  private static String line(int at, String what) {
    return String.format("%9.3f s  %s", at / 1_000.0, what);
  }

  private record Resends(int from, int to, long count) {}

  /** One fault, which ends when it is told to. */
  final class Fault {
    private final String what;
    private final int from;
    private volatile long lossUntil;
    private volatile long healed = NEVER;

    private Fault(String what, int from, boolean losesConnections) {
      this.what = what;
      this.from = from;
      // Until told otherwise it goes on.
      lossUntil = losesConnections ? Long.MAX_VALUE : NEVER;
    }

    /** No connection is lost by it from now on, though not everything works again. */
    void isOver() {
      if (lossUntil != NEVER) {
        lossUntil = now();
      }
    }

    /** Everything could work again from now on. */
    void isHealed() {
      if (lossUntil == Long.MAX_VALUE) {
        isOver();
      }
      healed = now();
    }

    @Override
    public String toString() {
      String end = healed == NEVER ? "not healed" : (healed - from) + " ms";
      return what + " (" + end + ")";
    }
  }
}
