package org.postage.topology;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What AMQP 0-9-1 allows as a name: a short string. */
final class Names {
  private static final int MAX_BYTES = 255;
  private static final List<Class<?>> KINDS =
      List.of(
          String.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class);

  private Names() {}

  static String check(String what, String name) {
    requireNonNull(name, what);
    // A character takes 3 bytes at most (a surrogate pair 4, for two), so most names need no
    // counting.
    if (name.length() * 3 > MAX_BYTES) {
      int bytes = name.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAX_BYTES) {
        throw new IllegalArgumentException(
            what
                + ": "
                + bytes
                + " bytes, '"
                + name.substring(0, 32)
                + "...' (expected: at most 255 bytes of UTF-8)");
      }
    }
    return name;
  }

  /** Refuses an argument that a field table can't hold. */
  static void check(String what, String name, Object value) {
    check(what, name);
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, each) -> check(what, String.valueOf(key), each));
    } else if (value instanceof List<?> list) {
      list.forEach(each -> check(what, name, each));
    } else if (KINDS.stream().noneMatch(kind -> kind.isInstance(value))) {
      throw new IllegalArgumentException(
          what
              + " "
              + name
              + ": a "
              + value.getClass().getSimpleName()
              + " (expected: a string, a boolean, a number of up to 64 bits, or a list or map of them)");
    }
  }
}
