package org.postage.encoding;

import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dictionaries to bytes and back. Knows nothing of messages.
 *
 * <p>{@link JsonEncoder} is the default. Another one is chosen by the content type of what was
 * received; see {@link Encoders}. Implementations are thread-safe.
 */
public interface Encoder {
  /** The content type of what is written, for example {@code application/json}. */
  String contentType();

  /**
   * Writes a dictionary. Its values may be anything that this encoder can write: maps, lists,
   * scalars, records, objects, dates.
   *
   * @throws EncodingException if a value can't be written; it says where
   * @throws LimitExceededException if the body would be too big
   */
  byte[] encode(Map<String, ? extends @Nullable Object> body);

  /**
   * Reads a dictionary. Its values are maps, lists, strings, numbers, booleans and nulls.
   *
   * @throws EncodingException if the bytes are not in this encoding
   * @throws LimitExceededException if they are too many, too deep or too long
   * @throws org.postage.message.MalformedMessageException if they hold something else than a
   *     dictionary
   */
  Map<String, @Nullable Object> decode(byte[] body);

  /**
   * Fits a decoded value to a type.
   *
   * @param path where the value stands in its body, for errors: {@code $.content.parameters}
   * @throws org.postage.message.MalformedMessageException if it does not fit; it says where and why
   */
  @Nullable Object convert(@Nullable Object value, Type type, String path);

  /**
   * Refuses a type that this encoder will not read, when a handler or a producer that uses it is
   * compiled.
   *
   * @throws IllegalArgumentException if it will not; it says why
   */
  default void check(Type type) {}
}
