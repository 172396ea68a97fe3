package org.postage.chaos;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The library with one deliberate mistake: its own source, with one text replaced. */
final class BrokenBuild {
  private static final Path SOURCES = Path.of("src", "main", "java");

  private BrokenBuild() {}

  /**
   * Compiles one class with the mistake.
   *
   * @param source below {@code src/main/java}
   * @param right what stands there now, exactly once
   * @param wrong what is to stand there instead
   * @param folder where the classes go; first on a class path, they replace the right ones
   */
  static void compile(String source, String right, String wrong, Path folder) throws IOException {
    Path file = SOURCES.resolve(source);
    String text = Files.readString(file);
    if (text.split(Pattern.quote(right), -1).length != 2) {
      throw new AssertionError(
          file
              + ": the text that the mistake replaces does not stand there exactly once: "
              + right);
    }
    Path broken =
        Files.createDirectories(folder.resolve("source"))
            .resolve(requireNonNull(file.getFileName()));
    Files.writeString(broken, text.replace(right, wrong));
    JavaCompiler compiler =
        requireNonNull(ToolProvider.getSystemJavaCompiler(), "no compiler (expected: a JDK)");
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends JavaFileObject> units = files.getJavaFileObjects(broken);
      List<String> options =
          List.of(
              "-d",
              folder.toString(),
              "-cp",
              System.getProperty("java.class.path"),
              "-proc:none",
              "-parameters");
      if (!compiler.getTask(null, files, null, options, null, units).call()) {
        throw new AssertionError(broken + " does not compile");
      }
    }
  }
}
