package org.postage.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The protocol's JSON Schemas. Thread-safe.
 *
 * <p>Read with a plain, strict JSON reader, never with the one that is tested.
 */
public final class MessageSchemas {
  /** What a reader accepts. */
  public static final String ENVELOPE = "urn:postage:message-v2:envelope";

  /** What a writer may send. */
  public static final String MESSAGE = "urn:postage:message-v2:message";

  private static final Path FOLDER = Path.of("protocol-spec", "schemas");
  private static final int MAX_BODY_BYTES = 1 << 20;
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(texts()));

  // The limits of message-v2.rst, section 2.6, and what only the text says: no key twice, no NaN.
  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxNumberLength(1_000)
                          .build())
                  .build())
          .enable(
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private MessageSchemas() {}

  /**
   * Throws an AssertionError with all that is wrong when a body is not what a conforming writer may
   * send.
   */
  public static void check(byte[] body) {
    if (body.length > MAX_BODY_BYTES) {
      throw new AssertionError("no body that may be sent: " + body.length + " bytes");
    }
    JsonNode json;
    try {
      json = STRICT.readTree(text(body));
    } catch (IOException e) {
      throw new AssertionError("no body that may be sent: " + e.getMessage(), e);
    }
    List<String> violations = violations(MESSAGE, json);
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "no body that may be sent: " + String.join("; ", violations) + "\n  " + text(body));
    }
  }

  /** All that is wrong with a body by one schema; empty where nothing is. */
  static List<String> violations(String schemaId, JsonNode body) {
    Schema schema = REGISTRY.getSchema(SchemaLocation.of(schemaId));
    return schema.validate(body).stream().map(String::valueOf).collect(Collectors.toList());
  }

  private static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("no body that may be sent: not UTF-8", e);
    }
  }

  private static Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER, "*.schema.json")) {
      for (Path file : files) {
        String text = Files.readString(file);
        texts.put(new JsonMapper().readTree(text).get("$id").textValue(), text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }
}
