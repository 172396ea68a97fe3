package org.postage.states;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postage.states.RandomEvents.Event;

class RandomEventsTest {
  private enum Kind {
    UP,
    DOWN,
    NOTHING
  }

  @Test
  void failureIsShownWithItsSeedAndNothingThatItDoesNotNeed() {
    assertThatThrownBy(
            () ->
                RandomEvents.play(
                    List.of(Kind.values()), 50, 5, 1000, RandomEventsTest::neverThreeUp))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching(
            "-Dpostage.seed=\\d+, shortened: \\[UP\\(\\d+\\), UP\\(\\d+\\), UP\\(\\d+\\)]: .*: three up");
  }

  @Test
  void sameSeedGivesTheSameEvents() {
    List<List<Event<Kind>>> first = new ArrayList<>();
    List<List<Event<Kind>>> second = new ArrayList<>();

    RandomEvents.play(List.of(Kind.values()), 20, 7, 10, first::add);
    RandomEvents.play(List.of(Kind.values()), 20, 7, 10, second::add);

    assertThat(first).hasSize(10).isEqualTo(second);
  }

  private static void neverThreeUp(List<Event<Kind>> events) {
    int height = 0;
    for (Event<Kind> event : events) {
      height +=
          switch (event.kind()) {
            case UP -> 1;
            case DOWN -> -1;
            case NOTHING -> 0;
          };
      if (height == 3) {
        throw new AssertionError("three up");
      }
    }
  }
}
