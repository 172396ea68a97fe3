package org.postage.encoding;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.postage.message.Dictionary;

/**
 * Writes dictionaries, of which every message has three, without an object for each of their
 * entries.
 */
final class Dictionaries extends SimpleModule {
  Dictionaries() {
    super("dictionaries");
    addSerializer(Dictionary.class, new DictionarySerializer());
  }

  private static final class DictionarySerializer extends StdSerializer<Dictionary> {
    DictionarySerializer() {
      super(Dictionary.class);
    }

    @Override
    public void serialize(Dictionary dictionary, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartObject(dictionary, dictionary.size());
      @Nullable String key = null;
      try {
        for (int i = 0; i < dictionary.size(); i++) {
          key = dictionary.key(i);
          out.writeFieldName(key);
          provider.defaultSerializeValue(dictionary.value(i), out);
        }
      } catch (Exception e) {
        wrapAndThrow(provider, e, dictionary, key);
      }
      out.writeEndObject();
    }
  }
}
