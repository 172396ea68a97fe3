package org.postage.python;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.rabbitmq.Requirement;
import org.postage.rabbitmq.Sandbox;

/**
 * A Python process that talks Postage, run from {@code src/test/python/postage_peer.py}.
 * Thread-safe.
 */
public final class PythonPeer implements AutoCloseable {
  /** What a program prints when it is connected and, if it consumes, consuming. */
  public static final String READY = "READY";

  private static final Path SCRIPT = Path.of("src/test/python/postage_peer.py");
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);
  private static final Duration IMPORT_LIMIT = Duration.ofSeconds(60);
  private static final Duration QUIT_LIMIT = Duration.ofSeconds(2);
  private static final String REMEDY =
      "no Python interpreter can import pika (expected: "
          + "apt-get install -y --no-install-recommends python3-pika, or POSTAGE_PYTHON)";

  private final Sandbox sandbox;
  private final Process process;
  private final String title;
  private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final Thread outputReader;
  private final Thread errorReader;

  private PythonPeer(Sandbox sandbox, List<String> command) throws IOException {
    this.sandbox = sandbox;
    title = String.join(" ", command.subList(2, command.size()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("POSTAGE_"));
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    process = sandbox.start(builder);
    process.getOutputStream().close();
    outputReader = reader(process.getInputStream(), this::onLine);
    errorReader = reader(process.getErrorStream(), errors::add);
  }

  /**
   * The interpreter that has what the peer needs: the first of POSTAGE_PYTHON and the usual ones.
   */
  public static Optional<String> interpreter() {
    return Interpreter.FOUND;
  }

  /**
   * Starts a program of the peer and waits until it is ready. Without an interpreter for it the
   * test is skipped, or fails in strict mode.
   *
   * @param program such as {@code serve}
   * @param arguments of the program; the broker's port and virtual host are added
   */
  public static PythonPeer start(RabbitMqBroker broker, String program, String... arguments) {
    List<String> all = new ArrayList<>();
    all.add(program);
    all.addAll(List.of("--port", "" + broker.port(), "--vhost", broker.vhost()));
    all.addAll(List.of(arguments));
    return start(SCRIPT, all);
  }

  /** Starts any script that prints {@value #READY}, and waits for it to. */
  public static PythonPeer start(Path script, List<String> arguments) {
    Requirement.require(interpreter().isPresent(), REMEDY);
    List<String> command = new ArrayList<>();
    command.add(interpreter().orElseThrow());
    command.addAll(List.of("-u", script.toString()));
    command.addAll(arguments);
    try {
      Sandbox sandbox = new Sandbox("postage-python-");
      try {
        PythonPeer peer = new PythonPeer(sandbox, command);
        peer.awaitReady();
        return peer;
      } catch (IOException | RuntimeException | Error e) {
        sandbox.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next line that it printed after {@value #READY} and that was not taken yet.
   *
   * @throws AssertionError if none comes within the limit, with what it printed instead
   */
  public String line(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    do {
      String line = poll(Duration.ofMillis(20));
      if (line != null) {
        return line;
      }
    } while (System.nanoTime() < end && outputReader.isAlive());
    // The reader may have put the last line between our look and its end.
    String last = unread.poll();
    if (last == null) {
      throw new AssertionError("no line within " + limit + " from " + diagnosis());
    }
    return last;
  }

  /** All lines that it has printed so far, taken or not, {@value #READY} among them. */
  public List<String> allLines() {
    return List.copyOf(lines);
  }

  /** All that it has written to its standard error so far. */
  public String errorText() {
    return String.join("\n", errors);
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /**
   * Waits for it to end by itself and for its last line.
   *
   * @return its exit code
   * @throws AssertionError if it does not end within the limit, with what it printed so far
   */
  public int waitFor(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("no end within " + limit + " of " + diagnosis());
      }
      outputReader.join(limit.toMillis());
      errorReader.join(limit.toMillis());
      return process.exitValue();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Ends it as a crash would ({@code kill -9}). */
  public void kill() {
    sandbox.kill(process);
  }

  /** Asks it to end ({@code SIGTERM}), and after two seconds makes it. */
  @Override
  public void close() {
    process.destroy();
    sandbox.awaitEnd(process, QUIT_LIMIT);
    sandbox.close();
  }

  private void awaitReady() {
    String line;
    do {
      line = line(READY_LIMIT);
    } while (!line.equals(READY));
  }

  private void onLine(String line) {
    lines.add(line);
    unread.add(line);
  }

  private @Nullable String poll(Duration limit) {
    try {
      return unread.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for a Python peer", e);
  }

  private String diagnosis() {
    String state = process.isAlive() ? "is running" : "ended with code " + process.exitValue();
    return "python "
        + title
        + ", which "
        + lastly(state, "printed", lines)
        + lastly("", "wrote to stderr", errors);
  }

  private static String lastly(String state, String did, List<String> text) {
    return text.isEmpty() ? state : state + "\n" + did + ":\n" + String.join("\n", text);
  }

  private static Thread reader(InputStream stream, Consumer<String> consumer) {
    Thread thread = new Thread(() -> read(stream, consumer), "python-peer-reader");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void read(InputStream stream, Consumer<String> consumer) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        consumer.accept(line);
      }
    } catch (IOException closed) {
      // The process was ended by us, and its streams with it.
    }
  }

  /** Looked for once, when first asked for. */
  private static final class Interpreter {
    static final Optional<String> FOUND =
        Stream.of(
                System.getProperty("POSTAGE_PYTHON"),
                System.getenv("POSTAGE_PYTHON"),
                "python3",
                "/usr/bin/python3")
            .filter(Objects::nonNull)
            .filter(name -> !name.isEmpty())
            .filter(Interpreter::hasPika)
            .findFirst();

    private Interpreter() {}

    private static boolean hasPika(String interpreter) {
      try {
        Process process =
            new ProcessBuilder(interpreter, "-c", "import pika")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
          return process.waitFor(IMPORT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
              && process.exitValue() == 0;
        } finally {
          process.destroyForcibly();
        }
      } catch (IOException absent) {
        return false;
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }
}
