package org.postage.encoding;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;

/**
 * Refuses to write NaN and the infinities: no JSON has them. Python writes them all the same, so
 * they are read.
 */
final class FiniteNumbers extends SimpleModule {
  FiniteNumbers() {
    super("finite-numbers");
    addSerializer(Double.class, new DoubleSerializer());
    addSerializer(double.class, new DoubleSerializer());
    addSerializer(Float.class, new FloatSerializer());
    addSerializer(float.class, new FloatSerializer());
    addSerializer(double[].class, new DoublesSerializer());
    addSerializer(float[].class, new FloatsSerializer());
  }

  private static void write(double value, JsonGenerator out) throws IOException {
    if (!Double.isFinite(value)) {
      throw JsonMappingException.from(out, value + " (expected: a finite number)");
    }
    out.writeNumber(value);
  }

  private static void write(float value, JsonGenerator out) throws IOException {
    if (!Float.isFinite(value)) {
      throw JsonMappingException.from(out, value + " (expected: a finite number)");
    }
    out.writeNumber(value);
  }

  private static final class DoubleSerializer extends StdScalarSerializer<Double> {
    DoubleSerializer() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      write(value.doubleValue(), out);
    }
  }

  private static final class FloatSerializer extends StdScalarSerializer<Float> {
    FloatSerializer() {
      super(Float.class);
    }

    @Override
    public void serialize(Float value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      write(value.floatValue(), out);
    }
  }

  private static final class DoublesSerializer extends StdScalarSerializer<double[]> {
    DoublesSerializer() {
      super(double[].class);
    }

    @Override
    public void serialize(double[] values, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray(values, values.length);
      for (double value : values) {
        write(value, out);
      }
      out.writeEndArray();
    }
  }

  private static final class FloatsSerializer extends StdScalarSerializer<float[]> {
    FloatsSerializer() {
      super(float[].class);
    }

    @Override
    public void serialize(float[] values, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray(values, values.length);
      for (float value : values) {
        write(value, out);
      }
      out.writeEndArray();
    }
  }
}
