package org.postage.rabbitmq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A RabbitMQ node of the test's own: free ports on 127.0.0.1, data in a temporary directory, its
 * own port mapper (epmd) and cookie. It meets no other node and leaves nothing behind.
 *
 * <p>User {@code guest} with password {@code guest} may do everything in each virtual host that was
 * added here. For one thread at a time.
 */
public final class RabbitMqNode implements AutoCloseable {
  /** Where every node listens. */
  public static final String HOST = "127.0.0.1";

  static final String REMEDY =
      "RabbitMQ is not installed (expected: "
          + "apt-get install -y --no-install-recommends rabbitmq-server)";
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration CTL_LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private final Path programs;
  private final Sandbox sandbox;
  private final NodeSetup setup;
  private final Process epmd;
  private Process server;

  private RabbitMqNode(Path programs, Sandbox sandbox, List<String> vhosts, List<String> settings)
      throws IOException {
    this.programs = programs;
    this.sandbox = sandbox;
    List<Integer> ports = FreePorts.find(3);
    String cookie = UUID.randomUUID().toString();
    setup = new NodeSetup(sandbox.directory(), cookie, ports.get(0), ports.get(1), ports.get(2));
    setup.writeFiles(vhosts, settings);
    int epmdPort = setup.epmdPort();
    epmd = sandbox.start(setup.command("epmd", "epmd", "-port", "" + epmdPort, "-address", HOST));
    await("epmd", epmd, () -> FreePorts.listens(epmdPort));
    server = startServer();
  }

  // Beside another: found by the same port mapper, trusted for the same cookie.
  private RabbitMqNode(RabbitMqNode other, Sandbox sandbox, List<String> settings)
      throws IOException {
    programs = other.programs;
    epmd = other.epmd;
    this.sandbox = sandbox;
    List<Integer> ports = FreePorts.find(2);
    NodeSetup its = other.setup;
    setup =
        new NodeSetup(
            sandbox.directory(), its.cookie(), ports.get(0), ports.get(1), its.epmdPort());
    setup.writeFiles(List.of(), settings);
    server = startServer();
  }

  /** True if there is a RabbitMQ server to start nodes of. */
  public static boolean isInstalled() {
    return Installation.programs().isPresent();
  }

  /** Starts a node with the virtual host {@code /}; see {@link #start(List, String...)}. */
  public static RabbitMqNode start() {
    return start(List.of());
  }

  /**
   * Starts a node and waits until it takes connections. Without RabbitMQ the test that calls this
   * is skipped, or fails in strict mode.
   *
   * @param vhosts virtual hosts that it has from the start besides {@code /}; letters, digits,
   *     hyphen
   * @param settings further lines of {@code rabbitmq.conf}
   */
  public static RabbitMqNode start(List<String> vhosts, String... settings) {
    Optional<Path> programs = Installation.programs();
    Requirement.require(programs.isPresent(), REMEDY);
    return start(
        sandbox -> new RabbitMqNode(programs.orElseThrow(), sandbox, vhosts, List.of(settings)));
  }

  /** Starts another node that can join this one's cluster; it has to be closed before this one. */
  RabbitMqNode startBeside(String... settings) {
    return start(sandbox -> new RabbitMqNode(this, sandbox, List.of(settings)));
  }

  @FunctionalInterface
  private interface Attempt {
    RabbitMqNode in(Sandbox sandbox) throws IOException;
  }

  private static RabbitMqNode start(Attempt attempt) {
    IllegalStateException failure = new IllegalStateException("RabbitMQ did not start");
    // Somebody else may have taken one of the free ports: the next attempt finds others.
    for (int attempts = 0; attempts < START_ATTEMPTS; attempts++) {
      Sandbox sandbox = newSandbox();
      try {
        return attempt.in(sandbox);
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
        sandbox.close();
      }
    }
    throw failure;
  }

  /** Where it takes AMQP connections. Stays the same when it is restarted. */
  public int port() {
    return setup.port();
  }

  /** The process id of the running node. */
  public long pid() {
    return server.pid();
  }

  /** The Erlang name, for the {@code -n} of RabbitMQ's tools. */
  public String name() {
    return setup.name();
  }

  /** Its data, logs and home. Gone after {@link #close()}. */
  public Path directory() {
    return sandbox.directory();
  }

  /** What it has logged so far, over all its restarts. */
  public String log() {
    return logSince(0);
  }

  /** How much it has logged so far, as a position for {@link #logSince(long)}. */
  public long logPosition() {
    return setup.output(NodeSetup.SERVER).toFile().length();
  }

  /** What it has logged after a position. */
  public String logSince(long position) {
    return setup.text(NodeSetup.SERVER, position);
  }

  /** Adds a virtual host in which {@code guest} may do everything. Takes about half a second. */
  public void addVhost(String vhost) {
    addVhosts(List.of(vhost));
  }

  /** Adds several in the time that one takes. */
  public void addVhosts(List<String> vhosts) {
    String add =
        "lists:foreach(fun(V) -> ok = rabbit_vhost:add(V, <<\"guest\">>),"
            + " ok = rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, V,"
            + " <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"guest\">>) end, ["
            + vhosts.stream().map(RabbitMqNode::erlangBinary).collect(Collectors.joining(","))
            + "]).";
    ctl("eval", add);
  }

  /**
   * Runs {@code rabbitmqctl}.
   *
   * @return what it printed
   * @throws IllegalStateException if it failed or took more than a minute, with what it printed
   */
  public String ctl(String... arguments) {
    String output = "ctl-" + UUID.randomUUID();
    Stream<String> program = Stream.of(programs.resolve("rabbitmqctl").toString(), "-q");
    String[] command = Stream.concat(program, Arrays.stream(arguments)).toArray(String[]::new);
    try {
      Process ctl = sandbox.start(setup.command(output, command));
      boolean ended = sandbox.awaitEnd(ctl, CTL_LIMIT);
      String printed = setup.text(output, 0);
      if (!ended || ctl.exitValue() != 0) {
        String how = ended ? "exit code " + ctl.exitValue() : "no end within " + CTL_LIMIT;
        throw new IllegalStateException(
            "rabbitmqctl " + String.join(" ", arguments) + ": " + how + "\n" + printed);
      }
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the node as a crash would ({@code kill -9}). It can be started again. */
  public void kill() {
    sandbox.kill(server);
  }

  /** Ends the node in good order, so that it closes its connections with a reason. */
  public void stop() {
    server.destroy();
    if (!sandbox.awaitEnd(server, STOP_LIMIT)) {
      throw new IllegalStateException(
          "RabbitMQ did not stop within " + STOP_LIMIT + "\n" + diagnosis());
    }
  }

  /** Starts it anew on its ports and data; stops it before if it still runs. */
  public void restart() {
    if (server.isAlive()) {
      stop();
    }
    try {
      server = startServer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Freezes the node ({@code SIGSTOP}): its connections stay open and nothing moves on them. */
  public void stopProcess() {
    Sandbox.signal("STOP", pid());
  }

  /** Lets a frozen node go on ({@code SIGCONT}). */
  public void continueProcess() {
    Sandbox.signal("CONT", pid());
  }

  /** Ends all its processes at once and deletes its files. */
  @Override
  public void close() {
    sandbox.close();
  }

  private Process startServer() throws IOException {
    long position = logPosition();
    // Without a shell around it, so that the process is the node itself.
    Process started =
        sandbox.start(
            setup.command(
                NodeSetup.SERVER, programs.resolve("rabbitmq-server").toString(), "-noinput"));
    // Its own word is needed as well: after a lost race for the port somebody else would answer.
    await(
        "RabbitMQ",
        started,
        () -> logSince(position).contains("Server startup complete") && FreePorts.listens(port()));
    if (!epmd.isAlive()) {
      throw new IllegalStateException("epmd ended\n" + diagnosis());
    }
    return started;
  }

  private void await(String what, Process process, BooleanSupplier isReady) {
    BooleanSupplier isSettled = () -> isReady.getAsBoolean() || !process.isAlive();
    try {
      Awaitility.await()
          .atMost(START_LIMIT)
          .pollDelay(Duration.ZERO)
          .pollInterval(POLL_INTERVAL)
          .until(isSettled::getAsBoolean);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          what + " was not ready within " + START_LIMIT + "\n" + diagnosis(), e);
    }
    if (!process.isAlive()) {
      throw new IllegalStateException(
          what + " ended with code " + process.exitValue() + "\n" + diagnosis());
    }
  }

  private String diagnosis() {
    return setup.text("epmd", 0) + log();
  }

  private static Sandbox newSandbox() {
    try {
      return new Sandbox("postage-rabbitmq-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // By its bytes, so that no character of a name needs an escape.
  private static String erlangBinary(String text) {
    StringBuilder bytes = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      bytes.append(bytes.isEmpty() ? "" : ",").append(Byte.toUnsignedInt(b));
    }
    return "<<" + bytes + ">>";
  }
}
