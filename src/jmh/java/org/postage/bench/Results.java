package org.postage.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.postage.bench.Contestant.Part;

/** The figures of a run: of each contestant, those of each round. */
final class Results {
  static final String PER_SECOND = "per_second";
  static final String P50 = "p50_us";
  static final String P99 = "p99_us";
  static final String FAILED = "failed";
  static final String HEAP = "heap_per_call";

  private final Map<Contestant, Map<Integer, Map<String, Double>>> all = new LinkedHashMap<>();

  void add(Contestant contestant, int round, Map<String, Double> figures) {
    all.computeIfAbsent(contestant, x -> new LinkedHashMap<>()).put(round, figures);
  }

  /** Scenarios by their titles, in the order in which they were played. */
  Set<String> titles() {
    Set<String> titles = new LinkedHashSet<>();
    Contestant.ALL.stream().filter(all::containsKey).forEach(c -> titles.add(c.scenario().title()));
    return titles;
  }

  /** Those who took part, in the order of the list. */
  List<Contestant> contestants(String title) {
    return Contestant.ALL.stream()
        .filter(each -> all.containsKey(each) && each.scenario().title().equals(title))
        .toList();
  }

  Optional<Contestant> contestant(String title, String name) {
    return contestants(title).stream().filter(each -> each.name().equals(name)).findFirst();
  }

  Optional<Contestant> baseline(String title) {
    return contestants(title).stream().filter(each -> each.part() == Part.BASELINE).findFirst();
  }

  OptionalDouble median(Contestant contestant, String figure) {
    return medianOf(values(contestant, figure).values());
  }

  OptionalDouble min(Contestant contestant, String figure) {
    return reduced(contestant, figure, Math::min);
  }

  OptionalDouble max(Contestant contestant, String figure) {
    return reduced(contestant, figure, Math::max);
  }

  /** The median of the rounds' ratios: those were measured one after the other. */
  OptionalDouble ratio(Contestant contestant, Contestant other, String figure) {
    Map<Integer, Double> others = values(other, figure);
    List<Double> ratios = new ArrayList<>();
    values(contestant, figure)
        .forEach(
            (round, value) -> {
              Double divisor = others.get(round);
              if (divisor != null) {
                ratios.add(value / divisor);
              }
            });
    return medianOf(ratios);
  }

  /** All figures, as they are kept. */
  Map<String, Map<String, List<Map<String, Double>>>> asMap() {
    Map<String, Map<String, List<Map<String, Double>>>> map = new LinkedHashMap<>();
    for (String title : titles()) {
      Map<String, List<Map<String, Double>>> figures = new LinkedHashMap<>();
      for (Contestant each : contestants(title)) {
        figures.put(each.name(), List.copyOf(rounds(each).values()));
      }
      map.put(title, figures);
    }
    return map;
  }

  private Map<Integer, Map<String, Double>> rounds(Contestant contestant) {
    return all.getOrDefault(contestant, Map.of());
  }

  private Map<Integer, Double> values(Contestant contestant, String figure) {
    Map<Integer, Double> values = new LinkedHashMap<>();
    rounds(contestant)
        .forEach(
            (round, figures) -> {
              @Nullable Double value = figures.get(figure);
              if (value != null) {
                values.put(round, value);
              }
            });
    return values;
  }

  private OptionalDouble reduced(
      Contestant contestant, String figure, BinaryOperator<Double> which) {
    Optional<Double> value = values(contestant, figure).values().stream().reduce(which);
    return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
  }

  private static OptionalDouble medianOf(Iterable<Double> values) {
    List<Double> sorted = new ArrayList<>();
    values.forEach(sorted::add);
    if (sorted.isEmpty()) {
      return OptionalDouble.empty();
    }
    sorted.sort(null);
    int middle = sorted.size() / 2;
    return OptionalDouble.of(
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
  }
}
