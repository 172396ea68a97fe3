package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.rabbitmq.Sandbox;
import org.postage.topology.Exchange;

/** The command {@code restart}, told to a program in a JVM of its own. */
@RabbitMq
@Timeout(600)
class RestartIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // Longer than what /proc shows of a command line to ProcessHandle: real class paths are, too.
  private static final String PADDING = "-Dpadding=" + "x".repeat(5_000);
  // Both would be lost by whoever splits a command line at spaces.
  private static final String ARGUMENT = "with space and \"quotes\"";

  interface Remote {
    CompletableFuture<Void> message_restart();

    CompletableFuture<Void> message_quit();
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Remote remote;
  private final Sandbox sandbox;
  private final String name = TestPostage.unique("restart");
  private final Heard<String> printed = new Heard<>();

  RestartIT(RabbitMqBroker broker) throws IOException {
    this.broker = broker;
    postage = TestPostage.connect(broker);
    remote = postage.producer(Remote.class, Exchange.direct(name).withKey("key"));
    sandbox = new Sandbox("postage-restart-");
  }

  @AfterEach
  void close() {
    postage.close();
    sandbox.close();
  }

  @Test
  void restartStartsTheSameProgramAnewWithAllItsArguments() throws Exception {
    Process program = start(Map.of());
    String first = started();

    remote.message_restart().join();

    assertThat(program.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).isZero();
    String second = started();
    ProcessHandle successor = ProcessHandle.of(Long.parseLong(second)).orElseThrow();
    try {
      assertThat(second).isNotEqualTo(first);

      remote.message_quit().join();

      await().atMost(LIMIT).until(() -> !Sandbox.isRunning(successor.pid()));
    } finally {
      successor.destroyForcibly();
    }
  }

  @Test
  void restartUnderASupervisorLeavesWithTheExitCodeThatAsksForANewStart() throws Exception {
    Process program = start(Map.of("INVOCATION_ID", "of systemd"));
    started();

    remote.message_restart().join();

    assertThat(program.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).isEqualTo(75);
    assertThat(printed.size()).isZero();
  }

  @Test
  void quitEndsTheProgramWithZero() throws Exception {
    Process program = start(Map.of());
    started();

    remote.message_quit().join();

    assertThat(program.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).isZero();
  }

  /** Waits until it says that it is there. */
  private String started() {
    String[] words = printed.next().split(" ", 3);
    assertThat(words).hasSize(3).startsWith("started").endsWith(ARGUMENT);
    return words[1];
  }

  private Process start(Map<String, String> environment) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                java,
                PADDING,
                "-cp",
                System.getProperty("java.class.path"),
                RestartProgram.class.getName(),
                name,
                ARGUMENT));
    builder.environment().remove("INVOCATION_ID");
    builder.environment().remove("KUBERNETES_SERVICE_HOST");
    builder.environment().put("POSTAGE_URI", broker.uri().toString());
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = sandbox.start(builder);
    // Its successor writes to the same stream.
    Thread reader = new Thread(() -> read(process), "restart-reader");
    reader.setDaemon(true);
    reader.start();
    return process;
  }

  private void read(Process process) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(printed::add);
    } catch (IOException | UncheckedIOException e) {
      // The process was ended.
    }
  }
}
