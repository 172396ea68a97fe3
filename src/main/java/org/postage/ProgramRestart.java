package org.postage;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the command {@code restart} does when all is stopped: under a supervisor, which starts what
 * ends, the program leaves with exit code {@value #EXIT_CODE}; elsewhere it starts the same program
 * anew and leaves with 0.
 */
final class ProgramRestart {
  /** The exit code that asks a supervisor for a new start: {@code EX_TEMPFAIL}. */
  static final int EXIT_CODE = 75;

  private static final Logger LOG = LoggerFactory.getLogger(ProgramRestart.class);
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private ProgramRestart() {}

  static void run() {
    if (isSupervised()) {
      LOG.info("Restart: leaving with exit code {}", EXIT_CODE);
      System.exit(EXIT_CODE);
    }
    try {
      List<String> command = commandLine();
      new ProcessBuilder(command).inheritIO().start();
      LOG.info("Restart: started the program anew");
      System.exit(0);
    } catch (IOException e) {
      LOG.error(
          "Restart: the program could not be started anew; leaving with exit code {}",
          EXIT_CODE,
          e);
      System.exit(EXIT_CODE);
    }
  }

  // systemd, Kubernetes, or a container's first process.
  private static boolean isSupervised() {
    return System.getenv("INVOCATION_ID") != null
        || System.getenv("KUBERNETES_SERVICE_HOST") != null
        || ProcessHandle.current().pid() == 1;
  }

  private static List<String> commandLine() throws IOException {
    ProcessHandle.Info self = ProcessHandle.current().info();
    List<String> command = new ArrayList<>();
    command.add(
        self.command()
            .orElseThrow(() -> new IOException("this system does not tell a process its command")));
    command.addAll(arguments(self));
    return command;
  }

  // Java reads only the first 4096 bytes of a command line, and a class path is easily longer.
  private static List<String> arguments(ProcessHandle.Info self) throws IOException {
    if (Files.isReadable(COMMAND_LINE)) {
      String[] words =
          Files.readString(COMMAND_LINE, Charset.forName(System.getProperty("sun.jnu.encoding")))
              .split("\0", -1);
      return List.of(words).subList(1, words.length - 1);
    }
    return List.of(
        self.arguments()
            .orElseThrow(
                () -> new IOException("this system does not tell a process its arguments")));
  }
}
