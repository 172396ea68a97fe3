package org.postage.producer;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postage.message.MessageCategory;
import org.postage.message.SnakeCase;

/**
 * What a method's name says: {@code message_echo} and {@code messageEcho} send a command called
 * echo.
 */
record MethodName(MessageCategory category, String name) {
  private static final Pattern SENDS = Pattern.compile("(message|rpc)(?:_(.+)|([A-Z].*))");
  private static final Pattern BUILDS =
      Pattern.compile("build(?:_(message|rpc)_(.+)|(Message|Rpc)([A-Z].*))");

  static Optional<MethodName> ofSender(String method) {
    Matcher m = SENDS.matcher(method);
    return m.matches() ? Optional.of(of(m.group(1), m.group(2), m.group(3))) : Optional.empty();
  }

  static Optional<MethodName> ofBuilder(String method) {
    Matcher m = BUILDS.matcher(method);
    if (!m.matches()) {
      return Optional.empty();
    }
    String category = m.group(1) == null ? m.group(3) : m.group(1);
    return Optional.of(of(category.toLowerCase(Locale.ROOT), m.group(2), m.group(4)));
  }

  private static MethodName of(String category, String plain, String camelCase) {
    return new MethodName(
        MessageCategory.ofWireName(category).orElseThrow(),
        plain == null ? SnakeCase.of(camelCase) : plain);
  }
}
