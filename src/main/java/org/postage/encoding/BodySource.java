package org.postage.encoding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The bytes of a body, which are known to be good, and what reads them. Thread-safe. */
final class BodySource {
  private final byte[] bytes;
  private final JsonFactory factory;

  BodySource(byte[] bytes, JsonFactory factory) {
    this.bytes = bytes;
    this.factory = factory;
  }

  int length() {
    return bytes.length;
  }

  /** Reads a part of it, now and with all that is in it. */
  @Nullable BodyPart read(int from, int to) {
    try (JsonParser parser = factory.createParser(bytes, from, to - from)) {
      return (BodyPart) BodyReader.all(parser, this, from, to);
    } catch (IOException e) {
      throw new EncodingException("a part of a body of " + bytes.length + " bytes", e);
    }
  }

  /** Reads a part of it as what this reads. */
  @Nullable Object read(BodyPart part, ObjectReader reader) throws IOException {
    return reader.readValue(bytes, part.from(), part.to() - part.from());
  }
}
