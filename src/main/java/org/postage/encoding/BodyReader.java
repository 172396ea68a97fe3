package org.postage.encoding;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one body into dictionaries and lists that remember where in it they stand, so that they can
 * be bound to a type without a detour.
 *
 * <p>What lies deeper than the envelope is looked at token by token, so that all of the body is
 * known to be good, and read when somebody asks for it. No key may stand twice in one object. One
 * thread's.
 */
final class BodyReader {
  /** A body's own keys, and those of its content; what is in these waits. */
  private static final int ENVELOPE = 2;

  // So many names are compared sooner than hashed.
  private static final int FEW = 16;

  // A message's envelope, and the content that is read while it is.
  private static final int VALUES = 24;

  private final JsonParser parser;
  private final @Nullable BodySource source;
  // What is read stands between these bytes.
  private final int first;
  private final int last;
  // What the parser counts from: zero, or the array's first byte.
  private final int base;
  private final int eagerDepth;

  // The names of each object on the way down to where the parser is.
  private String[] names = new String[FEW];
  private int nameCount;

  // What was read of each object and list on the way down, until it ends.
  private @Nullable Object[] values = new @Nullable Object[VALUES];
  private int valueCount;

  private BodyReader(
      JsonParser parser, @Nullable BodySource source, int first, int last, int eagerDepth) {
    this.parser = parser;
    this.source = source;
    this.first = first;
    this.last = last;
    base = first == 0 ? 0 : first - (int) parser.currentLocation().getByteOffset();
    this.eagerDepth = eagerDepth;
  }

  /** Reads a body's envelope, and has the rest wait. */
  static @Nullable Object envelope(JsonParser parser, BodySource source) throws IOException {
    return new BodyReader(parser, source, 0, source.length(), ENVELOPE).whole();
  }

  /** Reads all of what the parser is over, which stands between these bytes of the source. */
  static @Nullable Object all(JsonParser parser, BodySource source, int first, int last)
      throws IOException {
    return new BodyReader(parser, source, first, last, Integer.MAX_VALUE).whole();
  }

  /** Reads all of what the parser is over, which is not there as bytes. */
  static @Nullable Object all(JsonParser parser) throws IOException {
    return new BodyReader(parser, null, 0, 0, Integer.MAX_VALUE).whole();
  }

  private @Nullable Object whole() throws IOException {
    Object value = value(parser.nextToken(), 0);
    JsonToken more = parser.nextToken();
    if (more != null) {
      throw new JsonParseException(parser, "more after its end: " + more);
    }
    return value;
  }

  private @Nullable Object value(@Nullable JsonToken token, int depth) throws IOException {
    if (token == null) {
      throw new JsonParseException(parser, "nothing there");
    }
    return switch (token) {
      case START_OBJECT -> object(depth);
      case START_ARRAY -> list(depth);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_EMBEDDED_OBJECT -> parser.getEmbeddedObject();
      default -> throw new JsonParseException(parser, "unexpected " + token);
    };
  }

  private BodyObject object(int depth) throws IOException {
    // Asking the parser is not for nothing, and of the outermost it is known.
    int from = depth == 0 ? first : start();
    if (depth >= eagerDepth) {
      skipObject();
      return new BodyObject(source, from, end(), null);
    }
    int firstValue = valueCount;
    int mark = nameCount;
    Set<String> many = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      many = once(name, mark, many);
      add(name);
      add(value(parser.nextToken(), depth + 1));
    }
    nameCount = mark;
    return new BodyObject(source, from, depth == 0 ? last : end(), valuesFrom(firstValue));
  }

  private BodyList list(int depth) throws IOException {
    int from = start();
    if (depth >= eagerDepth) {
      skipList();
      return new BodyList(source, from, end(), null);
    }
    int firstValue = valueCount;
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      add(value(token, depth + 1));
    }
    return new BodyList(source, from, end(), valuesFrom(firstValue));
  }

  private void skip(@Nullable JsonToken token) throws IOException {
    if (token == JsonToken.START_OBJECT) {
      skipObject();
    } else if (token == JsonToken.START_ARRAY) {
      skipList();
    } else if (token == JsonToken.VALUE_STRING) {
      // Only what is looked at is checked: its escapes, its length.
      parser.streamReadConstraints().validateStringLength(parser.getTextLength());
    } else if (token == JsonToken.VALUE_NUMBER_INT) {
      parser.streamReadConstraints().validateIntegerLength(parser.getTextLength());
    } else if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      parser.streamReadConstraints().validateFPLength(parser.getTextLength());
    }
  }

  private void skipObject() throws IOException {
    int mark = nameCount;
    Set<String> many = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      many = once(name, mark, many);
      skip(parser.nextToken());
    }
    nameCount = mark;
  }

  private void skipList() throws IOException {
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      skip(token);
    }
  }

  private JsonToken next() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new JsonParseException(parser, "ends within a list");
    }
    return token;
  }

  /** Refuses a name that the object has already; the set is for objects that have many. */
  private @Nullable Set<String> once(String name, int mark, @Nullable Set<String> many)
      throws IOException {
    Set<String> all = many;
    if (all == null && nameCount - mark == FEW) {
      all = new HashSet<>(Arrays.asList(names).subList(mark, nameCount));
    }
    if (all != null ? !all.add(name) : isAmong(name, mark)) {
      throw new JsonParseException(parser, "Duplicate field '" + name + "'");
    }
    if (all == null) {
      if (nameCount == names.length) {
        names = Arrays.copyOf(names, 2 * names.length);
      }
      names[nameCount++] = name;
    }
    return all;
  }

  private boolean isAmong(String name, int mark) {
    for (int i = mark; i < nameCount; i++) {
      if (names[i].equals(name)) {
        return true;
      }
    }
    return false;
  }

  private void add(@Nullable Object value) {
    if (valueCount == values.length) {
      values = Arrays.copyOf(values, 2 * values.length);
    }
    values[valueCount++] = value;
  }

  private @Nullable Object[] valuesFrom(int firstValue) {
    @Nullable Object[] taken = Arrays.copyOfRange(values, firstValue, valueCount);
    valueCount = firstValue;
    return taken;
  }

  private int start() {
    return source == null ? 0 : base + (int) parser.currentTokenLocation().getByteOffset();
  }

  private int end() {
    return source == null ? 0 : base + (int) parser.currentLocation().getByteOffset();
  }
}
