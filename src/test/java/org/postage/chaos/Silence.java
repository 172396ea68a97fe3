package org.postage.chaos;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * While it is open nothing is logged: a line for each of thousands of bad messages helps nobody.
 */
final class Silence implements AutoCloseable {
  private final PrintStream stderr = System.err;

  Silence() {
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    System.setErr(stderr);
  }
}
