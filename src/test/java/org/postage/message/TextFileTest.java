package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextFileTest {
  private final Path folder;

  TextFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void linesKeepTheirEnds() throws IOException {
    assertThat(read("one\ntwo\n")).isEqualTo(new TextFile("file.txt", List.of("one\n", "two\n")));
  }

  @Test
  void lastLineMayHaveNoEnd() throws IOException {
    assertThat(read("one\ntwo").content()).containsExactly("one\n", "two");
  }

  @Test
  void carriageReturnsStay() throws IOException {
    assertThat(read("one\r\ntwo\rthree\r\n").content())
        .containsExactly("one\r\n", "two\rthree\r\n");
  }

  @Test
  void emptyFileHasNoLines() throws IOException {
    assertThat(read("").content()).isEmpty();
  }

  @Test
  void emptyLinesAreLines() throws IOException {
    assertThat(read("\n\n").content()).containsExactly("\n", "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "a", "a\n", "a\n\nb", "a\r\n\r\n", "äöü \ud83d\ude00\n\u2028x"})
  void textIsTheWholeFileAgain(String text) throws IOException {
    assertThat(read(text).text()).isEqualTo(text);
  }

  @Test
  void nameHasNoFolders() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a/b")).resolve("c.txt");
    Files.writeString(deep, "x");

    assertThat(TextFile.read(deep).name()).isEqualTo("c.txt");
  }

  @Test
  void otherEncodingIsRefused() throws IOException {
    Path file = folder.resolve("latin.txt");
    Files.write(file, "é".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> TextFile.read(file)).isInstanceOf(CharacterCodingException.class);
  }

  @Test
  void absentFileIsNamed() {
    Path absent = folder.resolve("absent");

    assertThatThrownBy(() -> TextFile.read(absent))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(absent.toString());
  }

  @Test
  void linesAreCopied() {
    List<String> lines = new ArrayList<>(List.of("a"));
    TextFile file = new TextFile("f", lines);

    lines.add("b");

    assertThat(file.content()).containsExactly("a");
  }

  private TextFile read(String text) throws IOException {
    return TextFile.read(Files.writeString(folder.resolve("file.txt"), text));
  }
}
