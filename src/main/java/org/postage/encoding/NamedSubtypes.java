package org.postage.encoding;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import com.fasterxml.jackson.databind.ser.ResolvableSerializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the name of a subtype wherever it stands. Jackson writes it only where a field says the
 * supertype; a payload stands in a map of anything, and its reader would miss the name.
 */
final class NamedSubtypes extends SimpleModule {
  NamedSubtypes() {
    super("named-subtypes");
    setSerializerModifier(
        new BeanSerializerModifier() {
          @Override
          public JsonSerializer<?> modifySerializer(
              SerializationConfig config, BeanDescription type, JsonSerializer<?> serializer) {
            boolean isNamed =
                config
                        .getAnnotationIntrospector()
                        .findPolymorphicTypeInfo(config, type.getClassInfo())
                    != null;
            return isNamed ? new Named(serializer) : serializer;
          }
        });
  }

  private static final class Named extends JsonSerializer<Object>
      implements ContextualSerializer, ResolvableSerializer {
    private final JsonSerializer<Object> plain;

    @SuppressWarnings("unchecked") // It is made for the type of the values that it gets.
    Named(JsonSerializer<?> plain) {
      this.plain = (JsonSerializer<Object>) plain;
    }

    @Override
    public void serialize(Object value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      TypeSerializer name = provider.findTypeSerializer(provider.constructType(value.getClass()));
      plain.serializeWithType(value, out, provider, name);
    }

    @Override
    public void serializeWithType(
        Object value, JsonGenerator out, SerializerProvider provider, TypeSerializer name)
        throws IOException {
      plain.serializeWithType(value, out, provider, name);
    }

    @Override
    public JsonSerializer<?> createContextual(
        SerializerProvider provider, @Nullable BeanProperty property) throws JsonMappingException {
      JsonSerializer<?> contextual = provider.handleSecondaryContextualization(plain, property);
      return contextual == plain ? this : new Named(contextual);
    }

    @Override
    public void resolve(SerializerProvider provider) throws JsonMappingException {
      if (plain instanceof ResolvableSerializer resolvable) {
        resolvable.resolve(provider);
      }
    }
  }
}
