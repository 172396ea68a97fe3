package org.postage.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.postage.bench.Contestant.Part;

/** What a run has shown: as text that is reStructuredText too, and as a dictionary. */
final class Report {
  private static final String RULES =
      """
      Same for all: the message (a record of six fields in the protocol's dictionary, written and read as JSON by
      Jackson, typed on both sides), the queue (classic, transient), prefetch 250, one connection to publish and one to
      consume, the AMQP client, the heap (512 MB), the machine. Each figure comes from a fresh JVM that was warmed up
      in pieces, until its compiler took less than a twentieth of the time, or for so long: nine seconds in a full
      run, six in a quick one; two thirds of that where a full queue is emptied. Contestants take turns, in another order each round. Rates are medians of the rounds, with the lowest and the
      highest; a ratio is the median of the rounds' ratios to the line that has 1.00 in all. Client: processor time of
      the whole JVM, both sides of a call. Broker: processor time of its process. All peers write and read by cached
      Jackson readers and writers, and each is there as its guide has it and as it is known to be fastest.
      """;

  private final Map<String, String> facts;
  private final Results results;

  Report(Map<String, String> facts, Results results) {
    this.facts = new LinkedHashMap<>(facts);
    this.results = results;
  }

  String text() {
    StringBuilder text = new StringBuilder(RULES).append('\n');
    facts.forEach((name, value) -> text.append("- ").append(name + ": " + value + "\n"));
    for (String title : results.titles()) {
      text.append('\n').append("**" + title + "**\n\n");
      append(text, rows(title));
    }
    text.append("\n**targets**\n\n");
    append(text, targets());
    return text.toString();
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>(facts);
    List<Map<String, Object>> targets = new ArrayList<>();
    for (Target target : Target.ALL) {
      target
          .value()
          .apply(results)
          .ifPresent(
              value ->
                  targets.add(
                      Map.of(
                          "target", target.claim(),
                          "expected", target.expected(),
                          "reached", value,
                          "is_reached", target.isReached(value))));
    }
    map.put("targets", targets);
    map.put("figures", results.asMap());
    return map;
  }

  private List<List<String>> rows(String title) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "",
            "a second",
            "lowest",
            "highest",
            "ratio",
            "client us",
            "broker us",
            "bytes",
            "p50 us",
            "p99 us"));
    for (Contestant each : results.contestants(title)) {
      OptionalDouble ratio =
          results
              .baseline(title)
              .map(base -> results.ratio(each, base, Results.PER_SECOND))
              .orElse(OptionalDouble.empty());
      rows.add(
          List.of(
              each.name(),
              number(results.median(each, Results.PER_SECOND)),
              number(results.min(each, Results.PER_SECOND)),
              number(results.max(each, Results.PER_SECOND)),
              each.part() == Part.BASELINE ? "1.00" : number(ratio),
              number(results.median(each, "client_us")),
              number(results.median(each, "broker_us")),
              number(results.median(each, "bytes")),
              number(results.median(each, Results.P50)),
              number(results.median(each, Results.P99))));
    }
    return rows;
  }

  private List<List<String>> targets() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "expected", "reached", ""));
    for (Target target : Target.ALL) {
      OptionalDouble value = target.value().apply(results);
      if (value.isPresent()) {
        boolean isReached = target.isReached(value.getAsDouble());
        rows.add(
            List.of(
                target.claim(), target.expected(), number(value), isReached ? "yes" : "**no**"));
      }
    }
    return rows;
  }

  // A simple table of reStructuredText: its first column may not be empty, but in the heading.
  static void append(StringBuilder text, List<List<String>> rows) {
    int columns = rows.get(0).size();
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      int column = i;
      widths.add(rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(1));
    }
    List<String> ruler = widths.stream().map(width -> "=".repeat(Math.max(1, width))).toList();
    List<List<String>> lines = new ArrayList<>(rows);
    lines.add(1, ruler);
    lines.add(0, ruler);
    lines.add(ruler);
    for (List<String> line : lines) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = line.get(i);
        String space = " ".repeat(Math.max(1, widths.get(i)) - cell.length());
        out.append(i == 0 ? cell + space : " " + space + cell);
      }
      text.append(out.toString().stripTrailing()).append('\n');
    }
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : "";
  }

  /** With three digits that count, or more. */
  static String number(double value) {
    String format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
