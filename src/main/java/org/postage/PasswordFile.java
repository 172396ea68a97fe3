package org.postage;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that holds a password and nothing else, as containers are given their secrets. It is read
 * anew each time.
 *
 * @param setting what named the file, for errors
 * @param path of the file
 */
record PasswordFile(String setting, String path) implements Supplier<String> {
  /**
   * What the file holds, without the newline at its end.
   *
   * @throws IllegalStateException if it can't be read or is empty; the text shows nothing that is
   *     in it
   */
  @Override
  public String get() {
    try {
      String text = Files.readString(Path.of(path));
      String password = text.replaceFirst("\\r?\\n\\z", "");
      if (password.isEmpty()) {
        throw unusable("empty", null);
      }
      return password;
    } catch (NoSuchFileException e) {
      throw unusable("no such file", e);
    } catch (AccessDeniedException e) {
      throw unusable("not allowed to read it", e);
    } catch (CharacterCodingException e) {
      throw unusable("not UTF-8", e);
    } catch (IOException | InvalidPathException e) {
      throw unusable("can't be read: " + e.getClass().getSimpleName(), e);
    }
  }

  private IllegalStateException unusable(String why, @Nullable Exception cause) {
    return new IllegalStateException(
        setting + ": '" + path + "' " + why + " (expected: a file that holds the password)", cause);
  }
}
