package org.postage.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One golden vector: see {@code protocol-spec/vectors/README.rst}. Immutable.
 *
 * @param name its folder and file
 * @param json what stands in it
 */
record Vector(String name, JsonNode json) {
  // Vectors are nested more deeply than what they hold.
  private static final JsonMapper PLAIN =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(10_000)
                          .maxNumberLength(10_000)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static List<Vector> all(String folder) {
    try (Stream<Path> files = Files.list(Path.of("protocol-spec", "vectors", folder))) {
      return files.sorted().map(file -> read(folder, file)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Nullable String contentType() {
    return json.get("content_type").textValue();
  }

  boolean isReadAsResult() {
    return json.path("read_as").asText().equals("result");
  }

  byte[] body() {
    return json.has("body")
        ? json.get("body").textValue().getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(json.get("body_base64").textValue());
  }

  JsonNode expect() {
    return json.get("expect");
  }

  /** The body as a JSON tree, by a reader that isn't ours; the tokens of Python's are read too. */
  JsonNode bodyTree() {
    try {
      return PLAIN
          .rebuild()
          .enable(com.fasterxml.jackson.core.json.JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build()
          .readTree(body());
    } catch (IOException e) {
      throw new UncheckedIOException(name(), e);
    }
  }

  /** An expected value, with the notations for what JSON can't hold resolved. */
  static @Nullable Object resolved(JsonNode node) {
    if (node.isObject()) {
      return node.size() == 1 && node.fieldNames().next().startsWith("$")
          ? marked(node.fieldNames().next(), node.elements().next())
          : object(node);
    } else if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(element -> list.add(resolved(element)));
      return list;
    } else if (node.isNull()) {
      return null;
    } else if (node.isTextual()) {
      return node.textValue();
    } else if (node.isBoolean()) {
      return node.booleanValue();
    }
    return comparable(node.numberValue());
  }

  /** A value as it was read, with numbers in the form in which they compare. */
  static @Nullable Object comparable(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((key, element) -> copy.put(String.valueOf(key), comparable(element)));
      return copy;
    } else if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(element -> copy.add(comparable(element)));
      return copy;
    } else if (value instanceof Integer || value instanceof Long) {
      return BigInteger.valueOf(((Number) value).longValue());
    } else if (value instanceof Number number && !(value instanceof BigInteger)) {
      return number.doubleValue();
    }
    return value;
  }

  private static Map<String, @Nullable Object> object(JsonNode node) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    node.properties().forEach(entry -> map.put(entry.getKey(), resolved(entry.getValue())));
    return map;
  }

  private static Object marked(String notation, JsonNode value) {
    return switch (notation) {
      case "$float" -> Double.valueOf(value.textValue());
      case "$int" -> new BigInteger(value.textValue());
      case "$utf16" -> utf16(value);
      default -> throw new AssertionError("unknown notation " + notation);
    };
  }

  private static String utf16(JsonNode units) {
    StringBuilder text = new StringBuilder();
    units.forEach(unit -> text.append((char) Integer.parseInt(unit.textValue(), 16)));
    return text.toString();
  }

  private static Vector read(String folder, Path file) {
    try {
      return new Vector(
          folder + "/" + file.getFileName(), PLAIN.readTree(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }
}
