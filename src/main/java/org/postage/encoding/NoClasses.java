package org.postage.encoding;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.Deserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to read types whose reading does more than make a value: Jackson would load whatever
 * {@link Class} a body names, and look up the name of an {@link InetAddress}.
 */
final class NoClasses extends SimpleModule {
  NoClasses() {
    super("no-classes");
  }

  @Override
  public void setupModule(SetupContext context) {
    context.addDeserializers(
        new Deserializers.Base() {
          @Override
          public @Nullable JsonDeserializer<?> findBeanDeserializer(
              JavaType type, DeserializationConfig config, BeanDescription description) {
            if (type.hasRawClass(Class.class)) {
              throw new IllegalArgumentException(
                  "java.lang.Class: would be loaded by its name (expected: a type that holds data)");
            }
            if (InetAddress.class.isAssignableFrom(type.getRawClass())
                || type.hasRawClass(InetSocketAddress.class)) {
              throw new IllegalArgumentException(
                  type.getRawClass().getName()
                      + ": would be looked up by its name (expected: a String)");
            }
            return null;
          }
        });
  }
}
