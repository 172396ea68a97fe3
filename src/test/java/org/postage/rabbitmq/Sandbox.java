package org.postage.rabbitmq;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A temporary directory and the processes started in it, which all end with it.
 *
 * <p>They also end with this JVM: orderly by a shutdown hook, and if it is killed by a shell that
 * waits for the end of its input. Thread-safe.
 */
public final class Sandbox implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Set<Sandbox> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(Sandbox::close), "sandbox-close"));
  }

  // $0 is the directory. A process ended by us has no pid file any more: its id may be another's.
  private static final String GUARD =
      """
      read -r line
      for pid in "$0"/*.running; do test -f "$pid" && kill -9 "$(cat "$pid")"; done
      rm -rf "$0" || { sleep 1; rm -rf "$0"; }
      """;

  private final Path directory;
  private final Process guard;
  private final Map<Process, Path> running = new ConcurrentHashMap<>();

  /**
   * Makes the directory.
   *
   * @param prefix of the directory's name
   */
  public Sandbox(String prefix) throws IOException {
    directory = Files.createTempDirectory(prefix);
    guard =
        new ProcessBuilder("/bin/sh", "-c", GUARD, directory.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    OPEN.add(this);
  }

  /** Where the processes keep their files. Deleted by {@link #close()}. */
  public Path directory() {
    return directory;
  }

  /** Starts a process that ends with this sandbox. Its streams are as the builder says. */
  public Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    Path pidFile = directory.resolve(process.pid() + ".running");
    Files.writeString(pidFile, Long.toString(process.pid()));
    running.put(process, pidFile);
    return process;
  }

  /** Ends one process and its descendants with signal 9 and waits until all are gone. */
  public void kill(Process process) {
    List<ProcessHandle> family =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
    forget(process);
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> family.stream().noneMatch(member -> isRunning(member.pid())));
  }

  /** Waits for a process to end by itself, and kills it if it does not in time. */
  public boolean awaitEnd(Process process, Duration limit) {
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      kill(process);
      return ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill(process);
      return false;
    }
  }

  /** Sends a signal, such as {@code STOP}, to a process. */
  public static void signal(String name, long pid) {
    try {
      // The shell's own kill: the program of that name need not be installed.
      Process shell =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).inheritIO().start();
      if (!shell.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || shell.exitValue() != 0) {
        throw new IllegalStateException("signal " + name + " to process " + pid + " was not sent");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending signal " + name, e);
    }
  }

  /** True while the process exists and is not a zombie that only waits to be collected. */
  public static boolean isRunning(long pid) {
    if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (NoSuchFileException gone) {
      // Without /proc, as on macOS, the answer above stands.
      return !Files.exists(Path.of("/proc/self/stat"));
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public void close() {
    if (!OPEN.remove(this)) {
      return;
    }
    Set.copyOf(running.keySet()).forEach(this::kill);
    try {
      delete(directory.toFile());
      guard.getOutputStream().close();
      guard.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      guard.destroyForcibly();
    }
  }

  private void forget(Process process) {
    Path pidFile = running.remove(process);
    if (pidFile != null) {
      pidFile.toFile().delete();
    }
  }

  private static void delete(File file) throws IOException {
    if (file.isDirectory() && !Files.isSymbolicLink(file.toPath())) {
      for (File child : requireNonNull(file.listFiles(), file.getPath())) {
        delete(child);
      }
    }
    Files.deleteIfExists(file.toPath());
  }
}
