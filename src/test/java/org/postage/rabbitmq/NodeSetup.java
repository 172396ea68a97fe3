package org.postage.rabbitmq;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files and the environment that make RabbitMQ's programs work for one private node. */
record NodeSetup(Path directory, String cookie, int port, int distributionPort, int epmdPort) {
  /** Names the output of the server, which is the node's log. */
  static final String SERVER = "server";

  /** The node's Erlang name. On localhost: it must not depend on the name of the host. */
  String name() {
    return "postage" + port + "@localhost";
  }

  /** Where the output of a command goes. */
  Path output(String name) {
    return file(name + ".out");
  }

  /** What was put out under a name so far, from a position on. */
  String text(String name, long position) {
    try (InputStream in = Files.newInputStream(output(name))) {
      in.skipNBytes(position);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException absent) {
      return "";
    }
  }

  /** Writes the cookie, the configuration and what it refers to. */
  void writeFiles(List<String> vhosts, List<String> settings) throws IOException {
    Path home = Files.createDirectory(file("home"));
    Path file = Files.writeString(home.resolve(".erlang.cookie"), cookie);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    Files.writeString(file("enabled_plugins"), "[].\n");
    Files.writeString(file("definitions.json"), definitions(vhosts));
    String configuration =
        """
        listeners.tcp.default = %s:%d
        loopback_users = none
        log.console.level = info
        load_definitions = %s
        """
            .formatted(RabbitMqNode.HOST, port, file("definitions.json"));
    Files.writeString(
        file("rabbitmq.conf"),
        configuration + String.join("\n", settings) + System.lineSeparator());
  }

  // A dozen virtual hosts read at the start cost less than one added with rabbitmqctl.
  private static String definitions(List<String> vhosts) {
    List<String> all = Stream.concat(Stream.of("/"), vhosts.stream()).toList();
    String names =
        all.stream().map("{\"name\": \"%s\"}"::formatted).collect(Collectors.joining(", "));
    String permissions =
        all.stream()
            .map(
                "{\"user\": \"guest\", \"vhost\": \"%s\", \"configure\": \".*\", \"write\": \".*\", \"read\": \".*\"}"
                    ::formatted)
            .collect(Collectors.joining(", "));
    return """
        {"users": [{"name": "guest", "password": "guest", "tags": "administrator"}],
         "vhosts": [%s],
         "permissions": [%s]}
        """
        .formatted(names, permissions);
  }

  /** A command in the node's surroundings, whose output goes to {@link #output} of that name. */
  ProcessBuilder command(String output, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    // What belongs to a broker of the system or of the user must not reach ours.
    environment
        .keySet()
        .removeIf(
            name ->
                name.startsWith("RABBITMQ_") || name.startsWith("ERL") || name.startsWith("CTL_"));
    environment.putAll(
        Map.ofEntries(
            Map.entry("HOME", path("home")),
            Map.entry("LC_ALL", "C.UTF-8"),
            Map.entry("ERL_EPMD_PORT", "" + epmdPort),
            Map.entry("ERL_EPMD_ADDRESS", RabbitMqNode.HOST),
            Map.entry("ERL_CRASH_DUMP", path("crash.dump")),
            Map.entry("RABBITMQ_NODENAME", name()),
            Map.entry("RABBITMQ_DIST_PORT", "" + distributionPort),
            Map.entry("RABBITMQ_MNESIA_BASE", path("data")),
            Map.entry("RABBITMQ_LOG_BASE", path("")),
            // To its output at once; into a file it would write every two seconds.
            Map.entry("RABBITMQ_LOGS", "-"),
            Map.entry("RABBITMQ_PID_FILE", path("rabbitmq.pid")),
            Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
            Map.entry("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf")),
            Map.entry("RABBITMQ_ADVANCED_CONFIG_FILE", path("absent.config")),
            Map.entry("RABBITMQ_CONF_ENV_FILE", path("absent.conf")),
            // Makes rabbitmq-server become the node instead of waiting for it.
            Map.entry("RABBITMQ_ALLOW_INPUT", "1"),
            // One scheduler that does not spin; epmd is ours and runs.
            Map.entry(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none +B i -start_epmd false"
                    + " -kernel inet_dist_use_interface {127,0,0,1}"),
            Map.entry(
                "RABBITMQ_CTL_ERL_ARGS",
                "+S 1:1 -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"),
            // Any free port; the default is a range of eleven for the whole machine.
            Map.entry("RABBITMQ_CTL_DIST_PORT_MIN", "0"),
            Map.entry("RABBITMQ_CTL_DIST_PORT_MAX", "0")));
    return builder
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output(output).toFile()));
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private String path(String name) {
    return file(name).toString();
  }
}
