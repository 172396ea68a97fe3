package org.postage.jdbc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.postage.rabbitmq.Requirement;
import org.postage.rabbitmq.Sandbox;

/**
 * A PostgreSQL of the test's own: a free port on 127.0.0.1, data in a temporary directory, a
 * password that nobody else has. It leaves nothing behind.
 */
final class PostgresServer implements AutoCloseable {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final String USER = "postage";
  private static final int ATTEMPTS = 3;

  private final Sandbox sandbox = new Sandbox("postage-postgres-");
  private final String password = UUID.randomUUID().toString();
  private final int port;
  // Set with the port.
  private @Nullable Process server;

  private PostgresServer(Path programs) throws IOException, InterruptedException {
    try {
      Path directory = sandbox.directory();
      Path passwordFile = Files.writeString(directory.resolve("password"), password);
      Files.setPosixFilePermissions(passwordFile, PosixFilePermissions.fromString("rw-------"));
      Path data = Files.createDirectory(directory.resolve("data"));
      if (isRoot()) {
        // PostgreSQL refuses to run as root.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        for (Path path : List.of(passwordFile, data)) {
          Files.setOwner(
              path,
              path.getFileSystem()
                  .getUserPrincipalLookupService()
                  .lookupPrincipalByName("postgres"));
        }
      }
      run(
          command(
              programs.resolve("initdb"),
              "-D",
              "" + data,
              "-U",
              USER,
              "-A",
              "scram-sha-256",
              "--pwfile",
              "" + passwordFile,
              "--encoding",
              "UTF8",
              "--locale",
              "C",
              "--no-sync"));
      port = start(programs, data);
    } catch (IOException | InterruptedException | RuntimeException e) {
      sandbox.close();
      throw e;
    }
  }

  /**
   * Starts one; without PostgreSQL the test that calls this is skipped, or fails in strict mode.
   */
  static PostgresServer start() throws IOException, InterruptedException {
    Optional<Path> programs = programs();
    Requirement.require(
        programs.isPresent(),
        "PostgreSQL is not installed (expected: "
            + "apt-get install -y --no-install-recommends postgresql)");
    return new PostgresServer(programs.orElseThrow());
  }

  TestDatabase database() {
    return new TestDatabase("jdbc:postgresql://127.0.0.1:" + port + "/postgres", USER, password);
  }

  @Override
  public void close() {
    if (server != null) {
      // In good order: killed, it would leave a piece of shared memory behind.
      Sandbox.signal("INT", server.pid());
      sandbox.awaitEnd(server, Duration.ofSeconds(20));
    }
    sandbox.close();
  }

  private int start(Path programs, Path data) throws IOException {
    // Somebody else may take the port before the server does.
    for (int i = 0; i < ATTEMPTS; i++) {
      int candidate;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        candidate = free.getLocalPort();
      }
      Process started =
          sandbox.start(
              command(
                  programs.resolve("postgres"),
                  "-D",
                  "" + data,
                  "-p",
                  "" + candidate,
                  "-k",
                  "",
                  "-h",
                  "127.0.0.1",
                  "-c",
                  "fsync=off",
                  "-c",
                  "shared_buffers=16MB"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !started.isAlive() || answers(candidate));
      if (started.isAlive()) {
        server = started;
        return candidate;
      }
      sandbox.kill(started);
    }
    throw new IllegalStateException("PostgreSQL did not start");
  }

  private boolean answers(int candidate) {
    TestDatabase database =
        new TestDatabase("jdbc:postgresql://127.0.0.1:" + candidate + "/postgres", USER, password);
    try {
      database.dataSource().getConnection().close();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private void run(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = sandbox.start(builder);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("failed: " + builder.command());
    }
  }

  private static ProcessBuilder command(Path program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
    }
    command.add(program.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  /** Of the newest one there is. */
  private static Optional<Path> programs() throws IOException {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    }
  }
}
