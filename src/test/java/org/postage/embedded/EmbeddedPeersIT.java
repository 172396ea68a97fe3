package org.postage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.rabbitmq.Requirement;

/** Clients in another language, as they are. */
class EmbeddedPeersIT {
  // Debian's own: what its packages install, no other Python on the path has.
  private static final String PYTHON = "/usr/bin/python3";
  private static final int LIMIT_SECONDS = 60;

  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"pika", "kombu"})
  void pythonClientPublishesConsumesAndCalls(String library) throws Exception {
    Requirement.require(
        run("-c", "import " + library).exitCode() == 0,
        "no "
            + library
            + " (expected: apt-get install -y --no-install-recommends python3-"
            + library
            + ")");

    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Ended script =
          run("src/test/python/embedded_" + library + ".py", String.valueOf(broker.port()));

      assertThat(script).isEqualTo(new Ended(0, "OK\n"));
    }
  }

  private Ended run(String... arguments) throws IOException, InterruptedException {
    if (!Files.isExecutable(Path.of(PYTHON))) {
      return new Ended(-1, "no " + PYTHON);
    }
    Path output = Files.createTempFile(directory, "python", ".out");
    ProcessBuilder builder = new ProcessBuilder(PYTHON);
    builder.command().addAll(List.of(arguments));
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String printed = Files.readString(output, UTF_8);
      return ended
          ? new Ended(process.exitValue(), printed)
          : new Ended(-1, printed + "no end within " + LIMIT_SECONDS + " s");
    } finally {
      process.destroyForcibly();
    }
  }

  private record Ended(int exitCode, String printed) {}
}
