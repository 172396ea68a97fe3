package org.postage.encoding;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postage.message.MalformedMessageException;
import org.postage.message.SafeText;

/** Two mappers, set up once, never shared: what the encoders on Jackson have in common. */
final class JacksonCodec {
  /** One body read, from whatever it is read. */
  @FunctionalInterface
  private interface Parsing {
    @Nullable Object parse() throws IOException;
  }

  private final String format;
  private final Limits limits;
  private final JsonMapper writer;
  // Apart from the writer, which refuses the NaN that a reader has to take.
  private final JsonMapper reader;
  private final JsonFactory factory;
  private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

  JacksonCodec(String format, JsonFactory factory, Limits limits) {
    this.format = format;
    this.limits = limits;
    writer =
        settings(factory)
            .addModule(new FiniteNumbers())
            .addModule(new NamedSubtypes())
            .addModule(new Dictionaries())
            .build();
    reader = settings(factory).addModule(new NoClasses()).build();
    this.factory = factory;
  }

  private static JsonMapper.Builder settings(JsonFactory factory) {
    return JsonMapper.builder(factory)
        // Before the modules: it would take the place of what they add.
        .annotationIntrospector(new NoClassNames())
        .addModule(new ParameterNamesModule())
        .addModule(new JavaTimeModule())
        .disable(
            SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
            SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
            SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .enable(
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
            DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.ACCEPT_FLOAT_AS_INT,
            DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(
            LogicalType.Textual,
            text -> {
              text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
              text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
              text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            });
  }

  static StreamReadConstraints constraints(Limits limits) {
    return StreamReadConstraints.builder()
        .maxNestingDepth(limits.maxDepth())
        .maxTokenCount(limits.maxTokens())
        .maxStringLength(limits.maxStringLength())
        .maxNameLength(limits.maxNameLength())
        .maxNumberLength(limits.maxNumberLength())
        .maxDocumentLength(limits.maxBodyBytes())
        .build();
  }

  byte[] encode(@Nullable Object body) {
    byte[] bytes;
    try {
      bytes = writer.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      String path = e instanceof JsonMappingException mapping ? pathBelow("$", mapping) : "$";
      throw new EncodingException(
          path + ": cannot be written as " + format + ": " + SafeText.of(e.getOriginalMessage()),
          e);
    }
    checkSize(bytes);
    return bytes;
  }

  Map<String, @Nullable Object> decode(byte[] body) {
    return object(decodeValue(body));
  }

  /** Anything, not only a dictionary. */
  @Nullable Object decodeValue(byte[] body) {
    checkSize(body);
    return decodeValue(
        body.length,
        () -> {
          try (JsonParser parser = factory.createParser(body)) {
            return BodyReader.envelope(parser, new BodySource(body, factory));
          }
        });
  }

  /** The same from the text that the body's bytes are. */
  @Nullable Object decodeValue(byte[] body, String text) {
    checkSize(body);
    return decodeValue(
        body.length,
        () -> {
          try (JsonParser parser = factory.createParser(text)) {
            return BodyReader.all(parser);
          }
        });
  }

  static Map<String, @Nullable Object> object(@Nullable Object value) {
    if (value instanceof BodyObject object) {
      return object;
    }
    throw new MalformedMessageException("$", kindOf(value), "an object");
  }

  private @Nullable Object decodeValue(int size, Parsing parsing) {
    try {
      return parsing.parse();
    } catch (StreamConstraintsException e) {
      throw new LimitExceededException(
          "body of " + size + " bytes: " + SafeText.of(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new EncodingException(
          "body of " + size + " bytes: not " + format + ": " + reason(e), e);
    }
  }

  @Nullable Object convert(@Nullable Object value, Type type, String path) {
    if (type == Object.class
        || (type instanceof Class<?> c && isScalar(value) && c.isInstance(value))) {
      return value;
    }
    ObjectReader typed =
        readers.computeIfAbsent(type, t -> reader.readerFor(reader.constructType(t)));
    try {
      return value instanceof BodyPart part && part.source() != null
          ? part.source().read(part, typed)
          : reader.convertValue(value, typed.getValueType());
    } catch (IOException | RuntimeException e) {
      // Also what some of Jackson's readers throw over values that they do not expect.
      throw misfit(value, typed.getValueType(), path, e);
    }
  }

  private static MalformedMessageException misfit(
      @Nullable Object value, JavaType target, String path, Exception e) {
    Throwable cause = e instanceof IllegalArgumentException ? e.getCause() : e;
    if (cause instanceof JsonMappingException mapping) {
      String where = pathBelow(path, mapping);
      String expected =
          mapping instanceof MismatchedInputException m && m.getTargetType() != null
              ? nameOf(m.getTargetType())
              : nameOf(target.getRawClass());
      return new MalformedMessageException(where, kindOf(valueAt(value, mapping)), expected, e);
    }
    return new MalformedMessageException(path, kindOf(value), nameOf(target.getRawClass()), e);
  }

  void check(Type type) {
    // Finds what is refused, in the type and in all that it is made of.
    try {
      DefaultDeserializationContext context =
          (DefaultDeserializationContext) reader.getDeserializationContext();
      context
          .createDummyInstance(reader.getDeserializationConfig())
          .findRootValueDeserializer(reader.constructType(type));
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  void checkSize(byte[] body) {
    if (body.length > limits.maxBodyBytes()) {
      throw new LimitExceededException(
          "body: " + body.length + " bytes (expected: at most " + limits.maxBodyBytes() + ")");
    }
  }

  private static boolean isScalar(@Nullable Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }

  private static String reason(IOException e) {
    return SafeText.of(
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage());
  }

  private static String pathBelow(String path, JsonMappingException e) {
    StringBuilder where = new StringBuilder(path);
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        where.append('[').append(step.getIndex()).append(']');
      } else {
        where.append('.').append(SafeText.of(step.getFieldName()));
      }
    }
    return where.toString();
  }

  /** What stands where the conversion failed. */
  private static @Nullable Object valueAt(@Nullable Object root, JsonMappingException e) {
    Object value = root;
    for (JsonMappingException.Reference step : e.getPath()) {
      if (value instanceof Map<?, ?> map && step.getFieldName() != null) {
        value = map.get(step.getFieldName());
      } else if (value instanceof List<?> list
          && step.getIndex() >= 0
          && step.getIndex() < list.size()) {
        value = list.get(step.getIndex());
      }
    }
    return value;
  }

  private static String kindOf(@Nullable Object value) {
    if (value instanceof Map<?, ?>) {
      return "an object";
    } else if (value instanceof List<?>) {
      return "a list";
    } else if (value instanceof String text) {
      return "'" + text + "'";
    }
    return String.valueOf(value);
  }

  private static String nameOf(Class<?> type) {
    if (type == String.class) {
      return "a string";
    } else if (List.class.isAssignableFrom(type)) {
      return "a list";
    } else if (Map.class.isAssignableFrom(type)) {
      return "an object";
    }
    return type.getSimpleName();
  }

  /**
   * Refuses types whose subtypes a body would name by class: nothing on the wire is ever loaded.
   */
  private static final class NoClassNames extends JacksonAnnotationIntrospector {
    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
        MapperConfig<?> config, Annotated annotated) {
      JsonTypeInfo.Value info = super.findPolymorphicTypeInfo(config, annotated);
      if (info != null
          && (info.getIdType() == JsonTypeInfo.Id.CLASS
              || info.getIdType() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
        String name =
            annotated instanceof AnnotatedMember member
                ? member.getDeclaringClass().getName()
                : annotated.getName();
        throw new IllegalArgumentException(
            name
                + ": @JsonTypeInfo by class name (expected: use = NAME, with the subtypes listed)");
      }
      return info;
    }
  }
}
