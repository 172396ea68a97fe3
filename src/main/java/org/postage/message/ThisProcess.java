package org.postage.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a fingerprint says of the process it was made in. Found out once. */
final class ThisProcess {
  static final String PID = Long.toString(ProcessHandle.current().pid());
  static final String HOST = hostName();
  static final String USER = System.getProperty("user.name", Fingerprint.UNKNOWN);
  static final String VHOST = environment("POSTAGE_VHOST", "/");

  private ThisProcess() {}

  // The kernel's name, as Python's gethostname() gives it: a peer on this host builds the same
  // routing keys from
  // it. InetAddress.getLocalHost() would ask a name service, which may be slow, fail or say
  // something else.
  private static String hostName() {
    Path linuxHostName = Path.of("/proc/sys/kernel/hostname");
    try {
      String name =
          Files.isReadable(linuxHostName) ? Files.readString(linuxHostName) : outputOf("hostname");
      return name.isBlank() ? environment("COMPUTERNAME", "localhost") : name.strip();
    } catch (IOException e) {
      return environment("COMPUTERNAME", "localhost");
    }
  }

  private static String outputOf(String program) throws IOException {
    Process process = new ProcessBuilder(program).start();
    try (InputStream output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroy();
    }
  }

  private static String environment(String name, String absent) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? absent : value;
  }
}
