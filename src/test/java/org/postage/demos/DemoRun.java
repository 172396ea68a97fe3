package org.postage.demos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.postage.rabbitmq.Sandbox;

/** A running {@code demos/run}, and what it prints, errors too. Ends with its test. */
final class DemoRun implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Sandbox sandbox;
  private final Process process;
  private final String title;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private DemoRun(Sandbox sandbox, ProcessBuilder builder) throws IOException {
    this.sandbox = sandbox;
    title = String.join(" ", builder.command().subList(3, builder.command().size()));
    process = sandbox.start(builder.redirectErrorStream(true));
    process.getOutputStream().close();
    reader = new Thread(this::read, "demo-reader");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts {@code demos/run} with the classes that this test runs with.
   *
   * @param uri the broker
   */
  static DemoRun start(String uri, String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("demos/run", "--class-path", System.getProperty("java.class.path")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("POSTAGE_"));
    builder.environment().put("POSTAGE_URI", uri);
    // The same Java as the test's.
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try {
      return new DemoRun(new Sandbox("postage-demo-"), builder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has printed a line. */
  DemoRun await(String line) {
    try {
      Awaitility.await()
          .atMost(LIMIT)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> lines.contains(line) || !reader.isAlive());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("no '" + line + "' within " + LIMIT + " from " + diagnosis(), e);
    }
    if (!lines.contains(line)) {
      throw new AssertionError("no '" + line + "' from " + diagnosis());
    }
    return this;
  }

  /** Waits until it has ended, and says with which exit code. */
  int exitCode() {
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("no end within " + LIMIT + " of " + diagnosis());
      }
      reader.join(LIMIT.toMillis());
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + title, e);
    }
  }

  /** What it has printed so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** Ends it, and what it has started, if it still runs. */
  @Override
  public void close() {
    sandbox.close();
  }

  private String diagnosis() {
    return "demos/run "
        + title
        + ", which "
        + (process.isAlive() ? "is running" : "ended with code " + process.exitValue())
        + "; printed:\n"
        + String.join("\n", lines);
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException closed) {
      // The process was ended by us, and its output with it.
    }
  }
}
