package org.postage.embedded.model;

import com.rabbitmq.client.LongString;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reading, comparing and naming the values of an AMQP table, in the words of RabbitMQ's complaints.
 */
final class Arguments {
  private Arguments() {}

  static boolean isText(@Nullable Object value) {
    return value instanceof String || value instanceof LongString;
  }

  static boolean isInteger(@Nullable Object value) {
    return value instanceof Byte
        || value instanceof Short
        || value instanceof Integer
        || value instanceof Long;
  }

  /** RabbitMQ's name of the wire type that {@code value} came as. */
  static String typeOf(@Nullable Object value) {
    if (value == null) {
      return "void";
    } else if (isText(value)) {
      return "longstr";
    } else if (value instanceof Integer) {
      return "signedint";
    } else if (value instanceof Boolean) {
      return "bool";
    } else if (value instanceof Map) {
      return "table";
    } else if (value instanceof List) {
      return "array";
    } else if (value instanceof Date) {
      return "timestamp";
    } else if (value instanceof BigDecimal) {
      return "decimal";
    } else if (value instanceof byte[]) {
      return "binary";
    }
    return value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Numbers are equal by value, whatever type they came as, texts by content. */
  static boolean same(@Nullable Object one, @Nullable Object other) {
    if (one == null || other == null) {
      return one == other;
    }
    if (isInteger(one) && isInteger(other)) {
      return ((Number) one).longValue() == ((Number) other).longValue();
    }
    if (isText(one) && isText(other)) {
      return one.toString().equals(other.toString());
    }
    return Objects.deepEquals(one, other);
  }

  /** Refuses the first of {@code names} for which what was asked for is not what is. */
  static void requireSame(
      Collection<String> names, Map<String, Object> asked, Map<String, Object> has, String where) {
    for (String name : names) {
      Object received = asked.get(name);
      Object current = has.get(name);
      if (!same(received, current)) {
        throw inequivalent(name, where, "received " + shown(received), shown(current));
      }
    }
  }

  /** Refuses a flag or type that differs. */
  static void requireSame(String name, Object asked, Object has, String where) {
    if (!asked.equals(has)) {
      throw inequivalent(name, where, "received '" + asked + "'", "'" + has + "'");
    }
  }

  private static Refusal inequivalent(String name, String where, String received, String current) {
    return Refusal.precondition(
        "inequivalent arg '"
            + name
            + "' for "
            + where
            + ": "
            + received
            + " but current is "
            + current);
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "none" : "the value '" + value + "' of type '" + typeOf(value) + "'";
  }
}
