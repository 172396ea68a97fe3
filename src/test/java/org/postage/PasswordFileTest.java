package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordFileTest {
  private final Path file;
  private final PasswordFile password;

  PasswordFileTest(@TempDir Path directory) {
    file = directory.resolve("password");
    password = new PasswordFile("POSTAGE_PASSWORD_FILE", file.toString());
  }

  @ParameterizedTest
  @CsvSource({"s3cret", "s3cret\\n", "s3cret\\r\\n"})
  void newlineAtTheEndIsDropped(String escaped) throws IOException {
    Files.writeString(file, escaped.translateEscapes());

    assertThat(password.get()).isEqualTo("s3cret");
  }

  @Test
  void onlyOneNewlineIsDroppedAndNothingElse() throws IOException {
    Files.writeString(file, " two\nlines \n\n");

    assertThat(password.get()).isEqualTo(" two\nlines \n");
  }

  @Test
  void fileIsReadAnewEachTime() throws IOException {
    Files.writeString(file, "old");
    assertThat(password.get()).isEqualTo("old");

    Files.writeString(file, "new");

    assertThat(password.get()).isEqualTo("new");
  }

  @Test
  void whatIsWrongIsToldWithTheFilesNameAndNotWithWhatItHolds() throws IOException {
    String expected =
        "POSTAGE_PASSWORD_FILE: '" + file + "' %s (expected: a file that holds the password)";

    assertThatThrownBy(password::get).hasMessage(expected.formatted("no such file"));
    Files.writeString(file, "\n");
    assertThatThrownBy(password::get).hasMessage(expected.formatted("empty"));
    Files.write(file, new byte[] {'s', '3', (byte) 0xff});
    assertThatThrownBy(password::get).hasMessage(expected.formatted("not UTF-8"));
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(password::get).hasMessage(expected.formatted("can't be read: IOException"));
  }

  @Test
  void itsTextShowsTheFilesNameOnly() throws IOException {
    Files.writeString(file, "s3cret");

    assertThat(password.toString()).contains("password").doesNotContain("s3cret");
  }
}
