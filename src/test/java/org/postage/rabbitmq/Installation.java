package org.postage.rabbitmq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Where RabbitMQ is installed: as Debian does it, or where the system property says. */
final class Installation {
  // Not /usr/sbin: the programs there change to the user of the system's broker.
  private static final Path SERVERS = Path.of("/usr/lib/rabbitmq/lib");

  private Installation() {}

  /**
   * The folder with {@code rabbitmq-server} and {@code rabbitmqctl}, of the newest server there is.
   */
  static Optional<Path> programs() {
    String given = System.getProperty("postage.rabbitmq.sbin");
    if (given != null) {
      return Optional.of(Path.of(given)).filter(Installation::hasServer);
    }
    if (!Files.isDirectory(SERVERS)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(SERVERS)) {
      return versions
          .filter(version -> version.getFileName().toString().startsWith("rabbitmq_server-"))
          .map(version -> version.resolve("sbin"))
          .filter(Installation::hasServer)
          .max(Comparator.naturalOrder());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean hasServer(Path programs) {
    return Files.isExecutable(programs.resolve("rabbitmq-server"));
  }
}
