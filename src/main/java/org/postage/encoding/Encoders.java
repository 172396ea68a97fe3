package org.postage.encoding;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The encoders of a component: one to write with, and all to read with. Immutable and thread-safe.
 */
public final class Encoders {
  private final Encoder standard;
  private final Map<String, Encoder> byContentType = new LinkedHashMap<>();

  private Encoders(List<Encoder> encoders) {
    standard = encoders.get(0);
    for (Encoder encoder : encoders) {
      byContentType.putIfAbsent(encoder.contentType().toLowerCase(Locale.ROOT), encoder);
    }
  }

  /**
   * Writes with the first, reads with any.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Encoders of(List<Encoder> encoders) {
    if (encoders.isEmpty()) {
      throw new IllegalArgumentException("encoders: none (expected: at least one)");
    }
    return new Encoders(encoders);
  }

  /** The one that writes, and that reads what has no content type. */
  public Encoder standard() {
    return standard;
  }

  /**
   * The one that reads this content type. An absent or empty one means the standard encoder, since
   * Python Postage's replies carry none.
   *
   * @throws UnsupportedContentTypeException if none reads it
   */
  public Encoder forContentType(@Nullable String contentType) {
    if (contentType == null
        || contentType.isEmpty()
        || contentType.equals(standard.contentType())) {
      return standard;
    }
    Encoder encoder = byContentType.get(withoutUtf8(contentType.toLowerCase(Locale.ROOT)));
    if (encoder == null) {
      throw new UnsupportedContentTypeException(contentType, byContentType.keySet());
    }
    return encoder;
  }

  /**
   * Refuses a type that one of the encoders will not read.
   *
   * @throws IllegalArgumentException if one will not; it says why
   */
  public void check(java.lang.reflect.Type type) {
    byContentType.values().forEach(encoder -> encoder.check(type));
  }

  // The only parameter that changes nothing: every text here is UTF-8.
  private static String withoutUtf8(String contentType) {
    int semicolon = contentType.indexOf(';');
    if (semicolon >= 0
        && contentType.substring(semicolon + 1).strip().matches("charset=\"?utf-8\"?")) {
      return contentType.substring(0, semicolon).strip();
    }
    return contentType;
  }
}
