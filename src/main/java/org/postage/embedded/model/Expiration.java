package org.postage.embedded.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A message's {@code expiration} property: milliseconds, written as text. */
final class Expiration {
  private static final Pattern START = Pattern.compile("[+-]?\\d{1,18}");

  private Expiration() {}

  /** The time to live in milliseconds, or {@link QueueArguments#NONE} without one. */
  static long millis(@Nullable String text) {
    if (text == null) {
      return QueueArguments.NONE;
    }
    Matcher start = START.matcher(text);
    if (!start.lookingAt()) {
      throw invalid(text, "no_integer");
    }
    if (start.end() < text.length()) {
      throw invalid(text, "{leftover_string,\"" + text.substring(start.end()) + "\"}");
    }
    long millis = Long.parseLong(text);
    if (millis < 0) {
      throw invalid(text, "{value_negative," + millis + "}");
    }
    return millis;
  }

  private static Refusal invalid(String text, String reason) {
    return Refusal.precondition("invalid expiration '" + text + "': " + reason);
  }
}
