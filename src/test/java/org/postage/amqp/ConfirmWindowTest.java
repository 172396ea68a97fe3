package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.topology.Destination;
import org.postage.transport.RawMessage;

class ConfirmWindowTest {
  private static final long SEED = Long.getLong("postage.seed", 1);

  @Test
  void confirmTakesOutItsOwnNumberOnly() {
    ConfirmWindow window = new ConfirmWindow(4);
    List<PendingPublish> all = fill(window, 4);

    assertThat(window.isFull()).isTrue();
    assertThat(window.take(2, false)).containsExactly(all.get(1));
    assertThat(window.take(2, false)).isEmpty();
    assertThat(window.span()).isEqualTo(4);
    assertThat(window.take(1, false)).containsExactly(all.get(0));
    assertThat(window.span()).isEqualTo(2);
  }

  @Test
  void confirmOfManyTakesOutAllUpToItsNumber() {
    ConfirmWindow window = new ConfirmWindow(4);
    List<PendingPublish> all = fill(window, 4);
    window.take(2, false);

    assertThat(window.take(3, true)).containsExactly(all.get(0), all.get(2));
    assertThat(window.span()).isEqualTo(1);
    assertThat(window.isFull()).isFalse();
  }

  @Test
  void unknownNumbersAreNothing() {
    ConfirmWindow window = new ConfirmWindow(4);
    fill(window, 2);

    assertThat(window.take(0, false)).isEmpty();
    assertThat(window.take(3, false)).isEmpty();
    assertThat(window.take(-1, true)).isEmpty();
    assertThat(window.take(99, true)).hasSize(2);
    assertThat(window.take(1, true)).isEmpty();
    assertThat(window.span()).isZero();
  }

  @Test
  void messageIsFoundByItsIdWhileItIsOnItsWay() {
    ConfirmWindow window = new ConfirmWindow(2);
    PendingPublish publish = publish("a");
    PendingPublish nameless = publish(null);
    window.add(publish);
    window.add(nameless);

    assertThat(window.find("a", "", "q")).isSameAs(publish);
    assertThat(window.find("a", "", "another")).isNull();
    assertThat(window.find("a", "another", "q")).isNull();
    assertThat(window.find("b", "", "q")).isNull();
    assertThat(window.find(null, "", "q")).isSameAs(nameless);
    window.take(1, false);
    assertThat(window.find("a", "", "q")).isNull();
  }

  @Test
  void messagesThatAreOnTheirWayTwiceAreReturnedOneByOne() {
    ConfirmWindow window = new ConfirmWindow(2);
    PendingPublish first = publish("a");
    PendingPublish second = publish("a");
    window.add(first);
    window.add(second);

    for (PendingPublish expected : List.of(first, second)) {
      PendingPublish found = window.find("a", "", "q");
      assertThat(found).isSameAs(expected);
      expected.returned();
    }
    assertThat(window.find("a", "", "q")).isNull();
  }

  @Test
  void conditionTakesOutWhatItIsTrueOfInOrder() {
    ConfirmWindow window = new ConfirmWindow(4);
    List<PendingPublish> all = fill(window, 4);
    window.take(3, false);

    assertThat(window.takeIf(publish -> publish != all.get(0)))
        .containsExactly(all.get(1), all.get(3));
    assertThat(window.span()).isEqualTo(4);
    assertThat(window.takeIf(publish -> true)).containsExactly(all.get(0));
    assertThat(window.span()).isZero();
  }

  @Test
  void everyMessageIsSettledOnceWhateverTheOrder() {
    for (long seed = SEED; seed < SEED + 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int size = 1 + random.nextInt(16);
      ConfirmWindow window = new ConfirmWindow(size);
      List<PendingPublish> added = new ArrayList<>();
      Set<PendingPublish> settled = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        List<PendingPublish> taken =
            switch (random.nextInt(6)) {
              case 0, 1, 2 -> add(window, added);
              case 3 -> window.take(random.nextInt(added.size() + 3), false);
              case 4 -> window.take(random.nextInt(added.size() + 3), true);
              default -> window.takeIf(publish -> random.nextInt(4) == 0);
            };
        for (PendingPublish each : taken) {
          assertThat(settled.add(each)).as("settled twice, -Dpostage.seed=" + seed).isTrue();
        }
        assertThat(window.span()).as("-Dpostage.seed=" + seed).isBetween(0, size);
      }
      settled.addAll(window.take(added.size(), true));
      assertThat(settled).as("-Dpostage.seed=" + seed).hasSameElementsAs(added);
      assertThat(window.span()).isZero();
    }
  }

  private static List<PendingPublish> add(ConfirmWindow window, List<PendingPublish> added) {
    if (!window.isFull()) {
      PendingPublish publish = publish("id-" + added.size());
      window.add(publish);
      added.add(publish);
    }
    return List.of();
  }

  private static List<PendingPublish> fill(ConfirmWindow window, int count) {
    List<PendingPublish> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(publish("id-" + i));
      window.add(all.get(i));
    }
    return all;
  }

  private static PendingPublish publish(@Nullable String id) {
    return new PendingPublish(
        Destination.queue("q"), RawMessage.of(new byte[0]).messageId(id).build(), true, 0);
  }
}
