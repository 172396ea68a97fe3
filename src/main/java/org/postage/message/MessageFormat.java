package org.postage.message;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages to and from their dictionary form, version 2: the only class that knows the keys' names.
 *
 * <p>Writing is strict: seven keys, always in the same order. Reading takes any order, ignores
 * unknown keys, and takes an absent {@code fingerprint}, {@code _reserved} or {@code version} for
 * the usual one.
 */
public final class MessageFormat {
  /** The version that is written, and the only one that is read. */
  public static final String VERSION = "2";

  private MessageFormat() {}

  /** The dictionary form. Content comes late, so that a reader knows by then what it will be. */
  public static Map<String, @Nullable Object> toMap(Message message) {
    return Dictionary.ofPairs(
        "type",
        message.type(),
        "name",
        message.name(),
        "category",
        message.category().wireName(),
        "version",
        VERSION,
        "fingerprint",
        message.fingerprint(),
        "content",
        message.content(),
        "_reserved",
        message.reserved());
  }

  /**
   * Reads the dictionary form. The message holds an unmodifiable copy of it: of what is a {@link
   * Dictionary} already, that itself.
   *
   * @throws MalformedMessageException if a key is absent or has a wrong value; it says which
   */
  public static Message fromMap(Map<String, ? extends @Nullable Object> map) {
    String category = text(map, "category");
    Object version = map.containsKey("version") ? map.get("version") : VERSION;
    if (!VERSION.equals(version)) {
      throw new MalformedMessageException(
          "$.version", quoted(version), "the string '" + VERSION + "'");
    }
    return new Message(
        MessageCategory.ofWireName(category)
            .orElseThrow(
                () ->
                    new MalformedMessageException(
                        "$.category", quoted(category), "'message' or 'rpc'")),
        text(map, "type"),
        text(map, "name"),
        optionalObject(map, "fingerprint"),
        object(map, "content"),
        optionalObject(map, "_reserved"));
  }

  private static String text(Map<String, ? extends @Nullable Object> map, String key) {
    if (map.get(key) instanceof String text) {
      return text;
    }
    throw unexpected(map, key, "a string");
  }

  private static Map<String, @Nullable Object> object(
      Map<String, ? extends @Nullable Object> map, String key) {
    if (map.get(key) instanceof Map<?, ?> object) {
      return frozen(object);
    }
    throw unexpected(map, key, "an object");
  }

  private static Map<String, @Nullable Object> optionalObject(
      Map<String, ? extends @Nullable Object> map, String key) {
    return map.containsKey(key) ? object(map, key) : Dictionary.copyOf(Map.of());
  }

  private static MalformedMessageException unexpected(
      Map<String, ? extends @Nullable Object> map, String key, String expected) {
    String found = map.containsKey(key) ? quoted(map.get(key)) : "absent";
    return new MalformedMessageException("$." + key, found, expected);
  }

  private static String quoted(@Nullable Object value) {
    return value instanceof String ? "'" + value + "'" : String.valueOf(value);
  }

  // Several handlers see the same message, perhaps on several threads: none may change it for the
  // others.
  private static Dictionary frozen(Map<?, ?> map) {
    if (map instanceof Dictionary dictionary) {
      return dictionary;
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), frozenValue(value)));
    return Dictionary.copyOf(copy);
  }

  private static @Nullable Object frozenValue(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return frozen(map);
    } else if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(element -> copy.add(frozenValue(element)));
      return Collections.unmodifiableList(copy);
    }
    return value;
  }
}
