package org.postage.message;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A text file as a payload: what Python Postage's {@code serialize_text_file} makes. Immutable.
 *
 * @param name the file's name, without folders
 * @param content its lines, each with its line end
 */
public record TextFile(String name, List<String> content) {
  private static final Pattern AFTER_LINE_END = Pattern.compile("(?<=\n)");

  /** Copies the lines. */
  public TextFile {
    content = List.copyOf(content);
  }

  /**
   * Reads a file of UTF-8 text.
   *
   * @throws IOException if it can't be read or isn't UTF-8
   */
  public static TextFile read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    List<String> lines = text.isEmpty() ? List.of() : List.of(AFTER_LINE_END.split(text, -1));
    boolean endsWithLineEnd = text.endsWith("\n");
    return new TextFile(
        String.valueOf(file.getFileName()),
        endsWithLineEnd ? lines.subList(0, lines.size() - 1) : lines);
  }

  /** The whole text again. */
  public String text() {
    return String.join("", content);
  }
}
