package org.postage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The Java blocks of a document in reStructuredText, each of which is to be a run of lines of the
 * file that the comment above it names:
 *
 * <pre>
 * .. from demos/basic_echo/EchoSend.java
 *
 * .. code-block:: java
 *
 *    echo.message_echo("A test message");
 * </pre>
 *
 * <p>How far a run is indented as a whole does not matter.
 */
final class QuotedCode {
  private static final Pattern DIRECTIVE =
      Pattern.compile("(\\s*)\\.\\. (?:code-block|code|sourcecode):: *java\\s*");
  private static final Pattern SOURCE = Pattern.compile("\\s*\\.\\. from (\\S+)\\s*");
  private static final Pattern OPTION = Pattern.compile("\\s*:[a-z-]+:.*");
  private static final Pattern ALLOWED =
      Pattern.compile("(?:demos|src/test/java/org/postage/readme)/(?:\\w+/)*\\w+\\.java");

  /**
   * A block.
   *
   * @param line the directive's, from 1
   * @param source the file that it names; empty if it names none
   */
  record Block(int line, String source, List<String> code) {}

  private QuotedCode() {}

  /**
   * What is wrong with a document, one text for each block that is not as it should be.
   *
   * @param document what to call it
   * @param files the lines of a file, if there is one
   */
  static List<String> problems(
      String document, List<String> lines, Function<String, Optional<List<String>>> files) {
    List<String> problems = new ArrayList<>();
    for (Block block : blocks(lines)) {
      problem(block, document, files)
          .ifPresent(problem -> problems.add(document + ":" + block.line + ": " + problem));
    }
    return problems;
  }

  static List<Block> blocks(List<String> lines) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher directive = DIRECTIVE.matcher(lines.get(i));
      if (directive.matches()) {
        blocks.add(
            new Block(i + 1, source(lines, i), code(lines, i + 1, directive.group(1).length())));
      }
    }
    return blocks;
  }

  private static Optional<String> problem(
      Block block, String document, Function<String, Optional<List<String>>> files) {
    if (block.source.isEmpty()) {
      return Optional.of(
          "a Java block that does not say where it is from (expected: '.. from demos/...' above it)");
    } else if (!ALLOWED.matcher(block.source).matches()) {
      return Optional.of(
          block.source
              + " (expected: a .java file in demos/ or src/test/java/org/postage/readme/)");
    } else if (block.code.isEmpty()) {
      return Optional.of("an empty Java block");
    }
    Optional<List<String>> file = files.apply(block.source);
    if (file.isEmpty()) {
      return Optional.of(block.source + ": no such file");
    }
    List<String> quoted = file.get();
    int best = bestPlace(quoted, block.code);
    List<String> run = run(quoted, best, block.code.size());
    if (run.equals(block.code)) {
      return Optional.empty();
    }
    return Optional.of(
        "is not in %s, where line %d and on comes closest%n%s:%n%s%n%s:%n%s"
            .formatted(
                block.source, best + 1, document, shown(block.code), block.source, shown(run)));
  }

  private static String source(List<String> lines, int directive) {
    for (int i = directive - 1; i >= 0; i--) {
      if (!lines.get(i).isBlank()) {
        Matcher source = SOURCE.matcher(lines.get(i));
        return source.matches() ? source.group(1) : "";
      }
    }
    return "";
  }

  private static List<String> code(List<String> lines, int start, int directiveIndent) {
    int i = start;
    while (i < lines.size() && OPTION.matcher(lines.get(i)).matches()) {
      i++;
    }
    List<String> code = new ArrayList<>();
    while (i < lines.size() && (lines.get(i).isBlank() || indent(lines.get(i)) > directiveIndent)) {
      code.add(lines.get(i++));
    }
    return outdented(withoutBlankEnds(code));
  }

  /** Where it is, or else where it comes closest. */
  private static int bestPlace(List<String> file, List<String> code) {
    int best = 0;
    int most = -1;
    for (int i = 0; i < Math.max(1, file.size()); i++) {
      List<String> run = run(file, i, code.size());
      int likeness = run.equals(code) ? Integer.MAX_VALUE : likeness(run, code);
      if (likeness > most) {
        best = i;
        most = likeness;
      }
    }
    return best;
  }

  /** A line counts wherever it stands and however it is indented, and more in its own place. */
  private static int likeness(List<String> run, List<String> code) {
    List<String> wanted = code.stream().map(String::strip).toList();
    int likeness = 0;
    for (int i = 0; i < run.size(); i++) {
      String line = run.get(i).strip();
      if (!line.isEmpty() && wanted.contains(line)) {
        likeness += line.equals(wanted.get(i)) ? 2 : 1;
      }
    }
    return likeness;
  }

  private static List<String> run(List<String> file, int start, int length) {
    return outdented(file.subList(start, Math.min(file.size(), start + length)));
  }

  private static List<String> outdented(List<String> lines) {
    int common =
        lines.stream().filter(line -> !line.isBlank()).mapToInt(QuotedCode::indent).min().orElse(0);
    return lines.stream()
        .map(line -> line.isBlank() ? "" : line.substring(common).stripTrailing())
        .toList();
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }

  private static List<String> withoutBlankEnds(List<String> lines) {
    List<String> rest = new ArrayList<>(lines);
    for (int side = 0; side < 2; side++) {
      while (!rest.isEmpty() && rest.get(rest.size() - 1).isBlank()) {
        rest.remove(rest.size() - 1);
      }
      Collections.reverse(rest);
    }
    return rest;
  }

  private static String shown(List<String> code) {
    return code.stream().map("    %s"::formatted).collect(Collectors.joining("\n"));
  }
}
