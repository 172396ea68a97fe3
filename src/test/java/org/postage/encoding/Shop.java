package org.postage.encoding;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Types as users have them, for the tests of encoders. */
final class Shop {
  record Item(String name, int price) {}

  record Order(String customer, List<Item> items, @Nullable Item gift) {}

  enum Colour {
    RED,
    GREEN
  }

  record Times(
      Instant instant,
      LocalDate date,
      LocalDateTime local,
      OffsetDateTime offset,
      ZonedDateTime zoned,
      Duration duration) {}

  /** Without annotations and without setters for all. */
  static final class Point {
    public int x;
    private int y;

    public int getY() {
      return y;
    }

    public void setY(int value) {
      y = value;
    }
  }

  /** Can't be written. */
  static final class Broken {
    public String getName() {
      return java.util.List.<String>of().get(0);
    }
  }

  /** Made by its one constructor, by the parameters' names. */
  static final class Named {
    private final String first;
    private final String last;

    public Named(String first, String last) {
      this.first = first;
      this.last = last;
    }

    public String getFirst() {
      return first;
    }

    public String getLast() {
      return last;
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "shape")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Circle.class, name = "circle"),
    @JsonSubTypes.Type(value = Square.class, name = "square")
  })
  sealed interface Shape permits Circle, Square {}

  record Circle(double radius) implements Shape {}

  record Square(double side) implements Shape {}

  record Drawing(Shape main, List<Shape> others) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
  interface Evil {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
  interface MinimalEvil {}

  record HoldsEvil(String name, Evil evil) {}

  record HoldsDeepEvil(List<Map<String, HoldsEvil>> deep) {}

  record EvilByProperty(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object any) {}

  record HoldsClass(Class<?> type) {}

  record Floats(double a, Double b, float c, Float d) {}

  private Shop() {}

  static Type listOf(Type element) {
    return generic(List.class, element);
  }

  static Type mapOf(Type value) {
    return generic(Map.class, String.class, value);
  }

  static Map<String, @Nullable Object> body(@Nullable Object parameters) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("parameters", parameters);
    return body;
  }

  private static Type generic(Class<?> raw, Type... arguments) {
    return new ParameterizedType() {
      @Override
      public Type[] getActualTypeArguments() {
        return arguments.clone();
      }

      @Override
      public Type getRawType() {
        return raw;
      }

      @Override
      public @Nullable Type getOwnerType() {
        return null;
      }
    };
  }
}
