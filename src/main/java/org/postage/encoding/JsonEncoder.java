package org.postage.encoding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON: the default encoder.
 *
 * <p>It reads what Python's {@code json} module writes, also {@code NaN}, {@code Infinity}, long
 * integers and lone surrogates, but no key twice in one object and nothing after the body. It
 * writes ASCII, as Python does, and no {@code NaN}. Records, plain objects and {@code java.time}
 * values are read and written as they are; unknown keys of an object are ignored; numbers, texts
 * and booleans are not turned into each other. Thread-safe.
 */
public final class JsonEncoder implements Encoder {
  /** The content type of JSON. */
  public static final String CONTENT_TYPE = "application/json";

  private static final Pattern SURROGATE = Pattern.compile("\\\\u([dD][89a-fA-F][0-9a-fA-F]{2})");

  private final JacksonCodec codec;

  /** With {@link Limits#DEFAULT}. */
  public JsonEncoder() {
    this(Limits.DEFAULT);
  }

  /** With other limits. */
  public JsonEncoder(Limits limits) {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(JacksonCodec.constraints(limits))
            // UTF-8 is the protocol; guessing would take UTF-16 too.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            // Also keeps lone surrogates, which UTF-8 can't hold and Python writes.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();
    codec = new JacksonCodec("JSON", factory, limits);
  }

  @Override
  public String contentType() {
    return CONTENT_TYPE;
  }

  @Override
  public byte[] encode(Map<String, ? extends @Nullable Object> body) {
    return codec.encode(body);
  }

  /**
   * Writes anything, not only a dictionary: what other systems put into their messages.
   *
   * @throws EncodingException if it can't be written; it says where
   * @throws LimitExceededException if the body would be too big
   */
  public byte[] encodeValue(@Nullable Object value) {
    return codec.encode(value);
  }

  @Override
  public Map<String, @Nullable Object> decode(byte[] body) {
    return JacksonCodec.object(decodeValue(body));
  }

  /**
   * Reads anything, not only a dictionary.
   *
   * @throws EncodingException if the bytes are no JSON
   * @throws LimitExceededException if they are too many, too deep or too long
   */
  public @Nullable Object decodeValue(byte[] body) {
    codec.checkSize(body);
    checkUtf8(body);
    return holdsEscapedSurrogates(body)
        ? codec.decodeValue(body, withRawSurrogates(new String(body, StandardCharsets.UTF_8)))
        : codec.decodeValue(body);
  }

  @Override
  public @Nullable Object convert(@Nullable Object value, Type type, String path) {
    return codec.convert(value, type, path);
  }

  @Override
  public void check(Type type) {
    codec.check(type);
  }

  // Jackson takes some byte sequences that are no UTF-8: overlong forms, and code points beyond
  // Unicode.
  private static void checkUtf8(byte[] body) {
    for (byte b : body) {
      if (b < 0) {
        try {
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
          return;
        } catch (CharacterCodingException e) {
          throw new EncodingException("body of " + body.length + " bytes: not JSON: not UTF-8", e);
        }
      }
    }
  }

  private static boolean holdsEscapedSurrogates(byte[] body) {
    for (int i = 0; i + 2 < body.length; i++) {
      if (body[i] == '\\' && body[i + 1] == 'u' && (body[i + 2] | 0x20) == 'd') {
        return true;
      }
    }
    return false;
  }

  // Jackson takes lone surrogates in keys only where they are not escaped.
  private static String withRawSurrogates(String text) {
    StringBuilder raw = new StringBuilder(text.length());
    Matcher escape = SURROGATE.matcher(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        raw.append(c);
      } else if (escape.region(i, text.length()).lookingAt()) {
        raw.append((char) Integer.parseInt(escape.group(1), 16));
        i += 5;
      } else {
        raw.append(text, i, Math.min(i + 2, text.length()));
        i++;
      }
    }
    return raw.toString();
  }
}
