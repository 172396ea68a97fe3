package org.postage.spec;

import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.JsonEncoder;

/**
 * The default encoder, with everything that it writes checked against the schemas: a test that
 * gives it to its producers and processors proves that all they send conforms. Thread-safe.
 */
public final class ValidatingEncoder implements Encoder {
  private final Encoder json;

  /** JSON with the default limits. */
  public ValidatingEncoder() {
    this(new JsonEncoder());
  }

  /** This encoder, whose bodies have to be JSON. */
  public ValidatingEncoder(Encoder json) {
    this.json = json;
  }

  @Override
  public String contentType() {
    return json.contentType();
  }

  @Override
  public byte[] encode(Map<String, ? extends @Nullable Object> body) {
    byte[] bytes = json.encode(body);
    MessageSchemas.check(bytes);
    return bytes;
  }

  @Override
  @SuppressWarnings(
      "NullAway") // Older compilers don't find the interface's @Nullable in its class file.
  public Map<String, @Nullable Object> decode(byte[] body) {
    return json.decode(body);
  }

  @Override
  public @Nullable Object convert(@Nullable Object value, Type type, String path) {
    return json.convert(value, type, path);
  }

  @Override
  public void check(Type type) {
    json.check(type);
  }
}
