package org.postage.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postage.rabbitmq.RabbitMqCluster;
import org.postage.rabbitmq.RabbitMqNode;

/**
 * Plays scenarios, one after the other, on a node that they share, and keeps the table of what they
 * measured: {@code target/chaos/table.txt}.
 */
public final class Chaos {
  private static final Path ROWS = Path.of("target", "chaos", "rows");

  // What ./verify fails for, even if the test passes at a second try.
  private static final Path VIOLATIONS = Path.of("target", "chaos", "violations.txt");

  /** The tag of scenarios that only {@code ./verify --cluster} plays. */
  static final String CLUSTER = "cluster";

  // The gate's, and the builds that are broken on purpose.
  private static final List<String> GATE =
      Stream.concat(
              IntStream.rangeClosed(1, 12).mapToObj(number -> "G" + number), Stream.of("B1", "B2"))
          .toList();
  private static final List<String> NAMES =
      CLUSTER.equals(System.getProperty("postage.chaos"))
          ? List.of("N1", "N2", "N3", "N4", "N7", "N8")
          : GATE;

  // Their sandboxes end them with this JVM.
  private static @Nullable RabbitMqNode node;
  private static @Nullable RabbitMqCluster cluster;

  private Chaos() {}

  /** Plays a scenario and enters it into the table; fails with all that it complains of. */
  static void play(String name, String title, Size size, Scenario scenario) {
    conclude(measure(name, title, size, scenario));
  }

  /** The same on a cluster of three nodes; the stage's queue is a quorum queue then. */
  static void playOnCluster(String name, String title, Size size, Scenario scenario) {
    conclude(measure(new Report(name, title), size, cluster().nodes(), scenario));
  }

  private static void conclude(Report report) {
    enter(report);
    keepViolations(report, VIOLATIONS);
    if (!report.complaints().isEmpty()) {
      throw new AssertionError(report.details() + "\n" + String.join("\n", report.complaints()));
    }
  }

  /** Plays a scenario; its complaints are in the report. */
  static Report measure(String name, String title, Size size, Scenario scenario) {
    return measure(new Report(name, title), size, List.of(node()), scenario);
  }

  private static synchronized Report measure(
      Report report, Size size, List<RabbitMqNode> nodes, Scenario scenario) {
    Stage stage = new Stage(report.name(), size, nodes);
    try (stage) {
      scenario.play(stage, report);
      stage.close();
      stage.checkLeaks(report);
    } catch (Exception | Error e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      report.complainUnless(false, "ended early: " + trace);
    }
    report.took(stage.timeLine().now());
    report.faults(stage.timeLine().faults());
    report.figure("sent again", Math.toIntExact(stage.timeLine().resent()));
    System.err.println(report.details());
    keep(report.name() + "-time-line.txt", stage.timeLine().toString());
    if (!report.complaints().isEmpty()) {
      System.err.println(stage.diagnosis());
      discard(nodes);
    }
    return report;
  }

  /** The cluster that the scenarios share. */
  static RabbitMqCluster cluster() {
    RabbitMqCluster shared = cluster;
    if (shared == null) {
      shared = RabbitMqCluster.start();
      cluster = shared;
    }
    return shared;
  }

  private static RabbitMqNode node() {
    RabbitMqNode shared = node;
    if (shared == null) {
      shared = RabbitMqNode.start();
      node = shared;
    }
    return shared;
  }

  // Nobody knows in which state it was left.
  private static void discard(List<RabbitMqNode> bad) {
    if (bad.size() > 1) {
      cluster = null;
    } else {
      node = null;
    }
    // The first of a cluster has what the others need.
    for (int i = bad.size() - 1; i >= 0; i--) {
      bad.get(i).close();
    }
  }

  /**
   * Enters into the table what was found elsewhere.
   *
   * @param name its place, for example G7
   */
  public static void enter(String name, String title, String found) {
    enter(name, String.format("%-4s %-41s %s", name, title, found));
  }

  /** Enters a report into the table. */
  static void enter(Report report) {
    enter(report.name(), report.row());
  }

  private static void keep(String file, String text) {
    try {
      Files.createDirectories(ROWS);
      Files.writeString(ROWS.resolveSibling(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Appends a report to a file if a message's fate is among its complaints. */
  static void keepViolations(Report report, Path file) {
    if (report.violations().isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(
          file,
          String.join("; ", report.violations()) + "\n" + report.details() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void enter(String name, String text) {
    try {
      Files.createDirectories(ROWS);
      Files.writeString(ROWS.resolve(name), text);
      StringBuilder table = new StringBuilder(Report.HEAD);
      for (String each : NAMES) {
        Path row = ROWS.resolve(each);
        table
            .append('\n')
            .append(Files.exists(row) ? Files.readString(row) : each + "  not played in this run");
      }
      Files.writeString(ROWS.resolveSibling("table.txt"), table.append('\n'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
