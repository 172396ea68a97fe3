package org.postage;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is logged while it is open: at level warn and above, by all threads. */
public final class LogCapture implements AutoCloseable {
  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Begins to capture. */
  public LogCapture() {
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  /** All so far, as it was written. */
  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The lines so far that hold this. */
  public List<String> linesWith(String part) {
    return text().lines().filter(line -> line.contains(part)).toList();
  }

  @Override
  public void close() {
    System.setErr(stderr);
    stderr.print(text());
  }
}
