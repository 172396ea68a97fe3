package org.postage.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import org.postage.python.PythonPeer;

/** What a Python peer printed, read as JSON. */
final class Seen {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private Seen() {}

  /** The next delivery or reply that it prints. */
  static JsonNode by(PythonPeer peer) {
    return json(peer.line(LIMIT));
  }

  static JsonNode json(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }
}
