package org.postage.encoding;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CBOR (RFC 8949): smaller and faster bodies between components that all know it. Python Postage
 * does not.
 *
 * <p>Needs {@code com.fasterxml.jackson.dataformat:jackson-dataformat-cbor}, which the library does
 * not bring along. Thread-safe.
 */
public final class CborEncoder implements Encoder {
  /** The content type of CBOR. */
  public static final String CONTENT_TYPE = "application/cbor";

  private final JacksonCodec codec;

  /** With {@link Limits#DEFAULT}. */
  public CborEncoder() {
    this(Limits.DEFAULT);
  }

  /** With other limits. */
  public CborEncoder(Limits limits) {
    CBORFactory factory =
        CBORFactory.builder().streamReadConstraints(JacksonCodec.constraints(limits)).build();
    codec = new JacksonCodec("CBOR", factory, limits);
  }

  @Override
  public String contentType() {
    return CONTENT_TYPE;
  }

  @Override
  public byte[] encode(Map<String, ? extends @Nullable Object> body) {
    return codec.encode(body);
  }

  @Override
  public Map<String, @Nullable Object> decode(byte[] body) {
    return codec.decode(body);
  }

  @Override
  public @Nullable Object convert(@Nullable Object value, Type type, String path) {
    return codec.convert(value, type, path);
  }

  @Override
  public void check(Type type) {
    codec.check(type);
  }
}
