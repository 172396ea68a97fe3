package org.postage.embedded.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clock that a test moves on. */
class TimetableTest {
  private final Timetable timetable = new Timetable(() -> {});

  @Test
  void whatIsDueOnTheWaySeesItsOwnTimeHoweverSlowTheMachine() {
    List<Long> seen = new ArrayList<>();
    long start = timetable.now();
    long first = start + 10_000;
    timetable.at(
        first,
        () -> {
          spin(Duration.ofMillis(20));
          timetable.at(timetable.now() + 20_000, () -> seen.add(timetable.now()));
        });

    timetable.advance(Duration.ofSeconds(60));

    assertThat(seen).containsExactly(start + 30_000);
  }

  @Test
  void clockRunsOnAfterItWasMoved() {
    long start = timetable.now();

    timetable.advance(Duration.ofSeconds(60));
    long moved = timetable.now();
    spin(Duration.ofMillis(5));

    assertThat(moved).isGreaterThanOrEqualTo(start + 60_000);
    assertThat(timetable.now()).isGreaterThan(moved);
  }

  private static void spin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
