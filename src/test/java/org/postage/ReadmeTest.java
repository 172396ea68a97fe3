package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path README = Path.of("README.rst");

  @Test
  void javaBlocksOfTheReadmeAreLinesOfTheirFiles() throws Exception {
    assumeTrue(Files.exists(README), "there is no README.rst yet");
    List<String> readme = Files.readAllLines(README);

    List<String> problems = QuotedCode.problems("README.rst", readme, ReadmeTest::linesOf);

    assertThat(String.join("\n", problems)).isEmpty();
    assertThat(QuotedCode.blocks(readme)).isNotEmpty();
  }

  /** How blocks are compared, with small ones. */
  @Nested
  class Comparing {
    private static final Map<String, List<String>> FILES =
        Map.of(
            "demos/a/A.java",
            """
            class A {
              void first() {
                one();

                two();
              }
            }
            """
                .lines()
                .toList());

    @Test
    void runOfLinesIsFoundHoweverFarItIsIndented() {
      assertThat(
              problems(
                  """
                  .. from demos/a/A.java

                  .. code-block:: java
                     :caption: a part

                     void first() {
                       one();

                       two();
                     }

                  Text goes on, and in a list:

                  - item

                    .. from demos/a/A.java
                    .. code:: java

                       two();
                  """))
          .isEmpty();
    }

    @Test
    void lineThatDiffersIsShownInBothTexts() {
      assertThat(
              problems(
                  """
                  Title
                  =====
                  .. from demos/a/A.java

                  .. code-block:: java

                     one();

                     three();
                  """))
          .containsExactly(
              """
              README.rst:5: is not in demos/a/A.java, where line 3 and on comes closest
              README.rst:
                  one();
                 \s
                  three();
              demos/a/A.java:
                  one();
                 \s
                  two();""");
    }

    @Test
    void linesThatAreNotNeighboursAreNoRun() {
      assertThat(problems(block("one();\n   two();"))).hasSize(1);
    }

    @Test
    void indentationWithinARunCounts() {
      assertThat(problems(block("void first() {\n   one();"))).hasSize(1);
    }

    @Test
    void runThatEndsBehindTheFileIsNoRun() {
      assertThat(problems(block("}\n   }"))).hasSize(1);
    }

    @Test
    void everyJavaBlockHasToSayWhereItIsFrom() {
      assertThat(
              problems(
                  """
                  .. from demos/a/A.java

                  Text between.

                  .. code-block:: java

                     two();

                  .. code-block:: python

                     whatever()
                  """))
          .containsExactly(
              "README.rst:5: a Java block that does not say where it is from"
                  + " (expected: '.. from demos/...' above it)");
    }

    @Test
    void otherFilesAbsentFilesAndEmptyBlocksAreRefused() {
      assertThat(
              problems(
                  """
                  .. from src/main/java/org/postage/Postage.java
                  .. code-block:: java

                     two();

                  .. from demos/../pom.java
                  .. code-block:: java

                     two();

                  .. from demos/a/B.java
                  .. code-block:: java

                     two();

                  .. from demos/a/A.java
                  .. code-block:: java

                  Text.
                  """))
          .containsExactly(
              "README.rst:2: src/main/java/org/postage/Postage.java"
                  + " (expected: a .java file in demos/ or src/test/java/org/postage/readme/)",
              "README.rst:7: demos/../pom.java"
                  + " (expected: a .java file in demos/ or src/test/java/org/postage/readme/)",
              "README.rst:12: demos/a/B.java: no such file",
              "README.rst:17: an empty Java block");
    }

    private static String block(String code) {
      return ".. from demos/a/A.java\n\n.. code-block:: java\n\n   " + code + "\n";
    }

    private static List<String> problems(String readme) {
      return QuotedCode.problems(
          "README.rst", readme.lines().toList(), name -> Optional.ofNullable(FILES.get(name)));
    }
  }

  private static Optional<List<String>> linesOf(String file) {
    try {
      Path path = Path.of(file);
      return Files.isRegularFile(path) ? Optional.of(Files.readAllLines(path)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
