package org.postage.message;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a request ended on the far side, in one of three ways. Immutable. */
public sealed interface Result {
  /**
   * It was done.
   *
   * @param value what the handler returned; null is a value too
   * @param message a remark, often empty
   */
  record Success(@Nullable Object value, String message) implements Result {
    /** Refuses a null message. */
    public Success {
      requireNonNull(message, "message");
    }
  }

  /**
   * It was refused, in a way that the far side's interface provides for.
   *
   * @param message why
   */
  record Failure(String message) implements Result {
    /** Refuses a null message. */
    public Failure {
      requireNonNull(message, "message");
    }
  }

  /**
   * The handler broke off. Names and texts are the far side's: they are text here, never a class.
   *
   * @param name the far side's name of the exception, for example {@code ValueError}
   * @param message its text
   */
  record Thrown(String name, String message) implements Result {
    /** Refuses nulls. */
    public Thrown {
      requireNonNull(name, "name");
      requireNonNull(message, "message");
    }
  }

  /** Done, with this value and no remark. */
  static Result success(@Nullable Object value) {
    return new Success(value, "");
  }

  /** Done, with this value and a remark. */
  static Result success(@Nullable Object value, String message) {
    return new Success(value, message);
  }

  /** Refused, and why. */
  static Result error(String message) {
    return new Failure(message);
  }

  /**
   * Broken off by this exception: its simple class name and its text, no more. An anonymous class
   * has no name, and goes by that of its superclass.
   */
  static Result exception(Throwable thrown) {
    String message = thrown.getMessage();
    Class<?> type = thrown.getClass();
    String name = (type.isAnonymousClass() ? type.getSuperclass() : type).getSimpleName();
    return new Thrown(name, message == null ? "" : message);
  }

  /** This result as the message that carries it. It has no fingerprint, as Python's have none. */
  default Message toMessage() {
    Map<String, @Nullable Object> content = new LinkedHashMap<>();
    if (this instanceof Success success) {
      put(content, "success", success.value(), success.message());
    } else if (this instanceof Failure failure) {
      put(content, "error", null, failure.message());
    } else if (this instanceof Thrown thrown) {
      put(content, "exception", thrown.name(), thrown.message());
    }
    return Message.of(MessageCategory.MESSAGE, Message.RESULT, Message.NONE, content);
  }

  /**
   * Reads the result that a message carries.
   *
   * @throws MalformedMessageException if the message is no result
   */
  static Result of(Message message) {
    if (!message.type().equals(Message.RESULT)) {
      throw new MalformedMessageException("$.type", "'" + message.type() + "'", "'result'");
    }
    Map<String, @Nullable Object> content = message.content();
    Object kind = content.get("type");
    Object value = content.get("value");
    String text = text(content.get("message"));
    if ("success".equals(kind)) {
      return new Success(value, text);
    } else if ("error".equals(kind)) {
      return new Failure(text);
    } else if ("exception".equals(kind)) {
      return new Thrown(text(value), text);
    }
    throw new MalformedMessageException(
        "$.content.type", "'" + kind + "'", "success, error or exception");
  }

  private static void put(
      Map<String, @Nullable Object> content, String kind, @Nullable Object value, String message) {
    content.put("type", kind);
    content.put("value", value);
    content.put("message", message);
  }

  private static String text(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value == null ? "" : JsonText.of(value);
  }
}
