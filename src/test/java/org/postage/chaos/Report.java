package org.postage.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a scenario measured, and what it complains of. For one thread at a time. */
final class Report {
  /** The head of the table. */
  static final String HEAD =
      String.format(
          "%-4s %-41s %12s %6s %10s %11s %9s %5s %6s %8s %9s %9s",
          "",
          "scenario",
          "sent/faults",
          "lost",
          "unexpected",
          "unexplained",
          "dup/1000",
          "hung",
          "wrong",
          "stall s",
          "recovery s",
          "took s");

  private final String name;
  private final String title;
  private final Map<String, Integer> figures = new LinkedHashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private int attempted;
  private @Nullable Integer faults;
  private int tookMillis;

  Report(String name, String title) {
    this.name = name;
    this.title = title;
  }

  void attempted(int count) {
    attempted += count;
  }

  /** How many faults there were in fact; what is said first counts. */
  void faults(int count) {
    if (faults == null) {
      faults = count;
    }
  }

  int attempted() {
    return attempted;
  }

  int faults() {
    return faults == null ? 0 : faults;
  }

  void took(int millis) {
    tookMillis = millis;
  }

  /** A figure that has to be 0. */
  void must(String what, int count) {
    figure(what, count);
    complainUnless(count == 0, what + ": " + count + " (expected: 0)");
  }

  /** A figure that has to be 0, however slow the machine is: what a message's fate was. */
  void verdict(String what, int count) {
    must(what, count);
    if (count != 0) {
      violations.add(what + ": " + count);
    }
  }

  /** A figure that has a bound. */
  void atMost(String what, int value, int bound) {
    figure(what, value);
    complainUnless(value <= bound, what + ": " + value + " (expected: at most " + bound + ")");
  }

  /** A figure. Of several ledgers the greatest counts, or the sum where it counts messages. */
  void figure(String what, int value) {
    figures.merge(
        what,
        value,
        what.startsWith("longest") || what.equals("recovery") ? Math::max : Integer::sum);
  }

  int figure(String what) {
    return figures.getOrDefault(what, 0);
  }

  void complainUnless(boolean holds, String complaint) {
    if (!holds) {
      complaints.add(complaint);
    }
  }

  /** Something worth saying beside the figures. */
  void note(String text) {
    if (!text.isEmpty()) {
      notes.add(text);
    }
  }

  String name() {
    return name;
  }

  List<String> complaints() {
    return complaints;
  }

  /** Those of the complaints that no second try can take back. */
  List<String> violations() {
    return violations;
  }

  /** All figures, one after the other. */
  String details() {
    return name
        + ": "
        + attempted
        + " attempted, "
        + figures
        + (notes.isEmpty() ? "" : " " + notes);
  }

  /** A line of the table. */
  String row() {
    double perThousand = attempted == 0 ? 0 : 1_000.0 * figure("duplicates") / attempted;
    return String.format(
            Locale.ROOT,
            "%-4s %-41s %12s %6s %10s %11s %9s %5s %6s %8s %9s %9.1f",
            name,
            title,
            String.format(Locale.ROOT, "%,d/%d", attempted, faults()),
            cell("lost"),
            cell("unexpected"),
            cell("unexplained duplicates"),
            figures.containsKey("duplicates")
                ? String.format(Locale.ROOT, "%.2f", perThousand)
                : "-",
            cell("hung"),
            cell("wrong answers"),
            seconds("longest stall"),
            seconds("recovery"),
            tookMillis / 1_000.0)
        + (notes.isEmpty() ? "" : "\n     " + String.join("; ", notes))
        + (complaints.isEmpty()
            ? ""
            : "\n     FAILED: " + String.join("; ", complaints).lines().findFirst().orElse(""));
  }

  private String cell(String what) {
    Integer value = figures.get(what);
    return value == null ? "-" : value.toString();
  }

  private String seconds(String what) {
    Integer value = figures.get(what);
    return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value / 1_000.0);
  }
}
