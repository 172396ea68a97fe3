package org.postage.message;

import org.jspecify.annotations.Nullable;

/**
 * Text from a peer, made fit for one line of a log or an exception: short, and without control
 * characters.
 *
 * <p>Whoever writes a log file or a terminal for a peer lets that peer forge lines and colours.
 */
public final class SafeText {
  /** The most characters that are kept. */
  public static final int MAX_LENGTH = 200;

  private SafeText() {}

  /** The value's text without control characters, cut to {@link #MAX_LENGTH}. */
  public static String of(@Nullable Object value) {
    return of(value, MAX_LENGTH);
  }

  /**
   * The value's text with control, format and separator characters as a backslash, {@code u} and
   * four digits, cut to this length.
   */
  public static String of(@Nullable Object value, int maxLength) {
    String text = String.valueOf(value);
    return isSafe(text, maxLength) ? text : cleaned(text, maxLength);
  }

  // Nearly always: no copy for every message.
  private static boolean isSafe(String text, int maxLength) {
    if (text.length() > maxLength) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (!isPrintable(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static String cleaned(String text, int maxLength) {
    StringBuilder safe = new StringBuilder(Math.min(text.length(), maxLength) + 16);
    for (int i = 0; i < text.length(); i++) {
      if (i == maxLength) {
        return safe.append("... (").append(text.length()).append(" characters)").toString();
      }
      char c = text.charAt(i);
      if (isPrintable(c)) {
        safe.append(c);
      } else {
        safe.append(String.format("\\u%04x", (int) c));
      }
    }
    return safe.toString();
  }

  private static boolean isPrintable(char c) {
    if (c >= ' ' && c <= '~') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
