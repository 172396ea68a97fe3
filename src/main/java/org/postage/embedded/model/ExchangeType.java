package org.postage.embedded.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** How an exchange decides whether a binding takes a message. */
public enum ExchangeType {
  DIRECT {
    @Override
    Test test(String key, Map<String, Object> arguments) {
      return (routingKey, headers) -> key.equals(routingKey);
    }
  },
  FANOUT {
    @Override
    Test test(String key, Map<String, Object> arguments) {
      return (routingKey, headers) -> true;
    }
  },
  TOPIC {
    @Override
    Test test(String key, Map<String, Object> arguments) {
      TopicPattern pattern = TopicPattern.of(key);
      return (routingKey, headers) -> pattern.matches(routingKey);
    }
  },
  HEADERS {
    @Override
    Test test(String key, Map<String, Object> arguments) {
      String match = matchMode(arguments.get("x-match"));
      Predicate<String> compared =
          match.endsWith("-with-x")
              ? name -> !name.equals("x-match")
              : name -> !name.startsWith("x-");
      boolean all = match.startsWith("all");
      return (routingKey, headers) -> {
        var wanted = arguments.entrySet().stream().filter(entry -> compared.test(entry.getKey()));
        return all
            ? wanted.allMatch(entry -> carries(headers, entry.getKey(), entry.getValue()))
            : wanted.anyMatch(entry -> carries(headers, entry.getKey(), entry.getValue()));
      };
    }
  };

  /** Compiles a binding; refuses arguments that this type cannot use. */
  abstract Test test(String key, Map<String, Object> arguments);

  /** The type of that name, as {@code exchange.declare} gives it. */
  static Optional<ExchangeType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.toString().equals(name)).findFirst();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String matchMode(@Nullable Object given) {
    if (given == null) {
      return "all";
    }
    if (!Arguments.isText(given)) {
      throw Refusal.precondition(
          "Invalid x-match field type "
              + Arguments.typeOf(given)
              + " (value "
              + given
              + "); expected longstr");
    }
    return switch (given.toString()) {
      case "all", "any", "all-with-x", "any-with-x" -> given.toString();
      default ->
          throw Refusal.precondition(
              "Invalid x-match field value <<\""
                  + given
                  + "\">>; expected all, any, all-with-x, or any-with-x");
    };
  }

  // A binding without a value asks only that the header is there.
  private static boolean carries(Map<String, Object> headers, String name, @Nullable Object value) {
    return headers.containsKey(name) && (value == null || Arguments.same(value, headers.get(name)));
  }

  /** A compiled binding. */
  @FunctionalInterface
  interface Test {
    boolean takes(String routingKey, Map<String, Object> headers);
  }
}
