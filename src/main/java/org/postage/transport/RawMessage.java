package org.postage.transport;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bytes, and the AMQP properties that Postage reads, writes or carries on. Absent properties are
 * null.
 *
 * <p>Not a record: the body is an array, which is not copied. Nobody writes to it. Immutable
 * otherwise, and thread-safe.
 */
public final class RawMessage {
  private static final int MAX_SHORT_STRING = 255;
  private static final int MAX_PRIORITY = 255;

  private final byte[] body;
  private final @Nullable String contentType;
  private final @Nullable String contentEncoding;
  private final @Nullable String messageId;
  private final @Nullable String correlationId;
  private final @Nullable String replyTo;
  private final @Nullable String userId;
  private final @Nullable String type;
  private final @Nullable String appId;
  private final @Nullable Instant timestamp;
  private final @Nullable Integer priority;
  private final boolean isPersistent;
  private final @Nullable Duration expiration;
  private final Map<String, Object> headers;

  private RawMessage(Builder builder) {
    body = builder.body;
    contentType = builder.contentType;
    contentEncoding = builder.contentEncoding;
    messageId = builder.messageId;
    correlationId = builder.correlationId;
    replyTo = builder.replyTo;
    userId = builder.userId;
    type = builder.type;
    appId = builder.appId;
    timestamp = builder.timestamp;
    priority = builder.priority;
    isPersistent = builder.isPersistent;
    expiration = builder.expiration;
    headers = builder.headers;
  }

  /** A message with this body; every property is absent until it is set. */
  public static Builder of(byte[] body) {
    return new Builder(body);
  }

  /** The bytes. Not to be written to. */
  public byte[] body() {
    return body;
  }

  /** How the body is encoded. */
  public @Nullable String contentType() {
    return contentType;
  }

  /** What was done to the body beside, for example {@code gzip}. Postage undoes none of it. */
  public @Nullable String contentEncoding() {
    return contentEncoding;
  }

  /** The sender's name for this message; the same when it is sent again. */
  public @Nullable String messageId() {
    return messageId;
  }

  /** Which request this answers, or what its answer is to repeat. */
  public @Nullable String correlationId() {
    return correlationId;
  }

  /** The queue to which an answer goes. */
  public @Nullable String replyTo() {
    return replyTo;
  }

  /** The broker's user that sent it: verified by the broker where it is present. */
  public @Nullable String userId() {
    return userId;
  }

  /** The sender's name for what kind of message this is. */
  public @Nullable String type() {
    return type;
  }

  /** The program that sent it, as it calls itself. */
  public @Nullable String appId() {
    return appId;
  }

  /** When it was sent, by the sender's clock, in whole seconds. */
  public @Nullable Instant timestamp() {
    return timestamp;
  }

  /** How much sooner than others a queue that heeds it hands it over. */
  public @Nullable Integer priority() {
    return priority;
  }

  /** Whether a durable queue keeps it when the broker restarts. */
  public boolean isPersistent() {
    return isPersistent;
  }

  /** How long a queue keeps it, from when it comes there. */
  public @Nullable Duration expiration() {
    return expiration;
  }

  /** What AMQP carries beside: text, numbers, booleans, bytes, times, lists and maps of these. */
  public Map<String, Object> headers() {
    return headers;
  }

  /** A header that is text; null where it is absent or something else. */
  public @Nullable String textHeader(String name) {
    return headers.get(name) instanceof String text ? text : null;
  }

  /** The same message, to be changed. */
  public Builder toBuilder() {
    Builder builder = new Builder(body);
    builder.contentType = contentType;
    builder.contentEncoding = contentEncoding;
    builder.messageId = messageId;
    builder.correlationId = correlationId;
    builder.replyTo = replyTo;
    builder.userId = userId;
    builder.type = type;
    builder.appId = appId;
    builder.timestamp = timestamp;
    builder.priority = priority;
    builder.isPersistent = isPersistent;
    builder.expiration = expiration;
    builder.headers = headers;
    return builder;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private byte[] body;
    private @Nullable String contentType;
    private @Nullable String contentEncoding;
    private @Nullable String messageId;
    private @Nullable String correlationId;
    private @Nullable String replyTo;
    private @Nullable String userId;
    private @Nullable String type;
    private @Nullable String appId;
    private @Nullable Instant timestamp;
    private @Nullable Integer priority;
    private boolean isPersistent;
    private @Nullable Duration expiration;
    private Map<String, Object> headers = Map.of();

    private Builder(byte[] body) {
      this.body = requireNonNull(body, "body");
    }

    /** Other bytes. Not to be written to from now on. */
    public Builder body(byte[] bytes) {
      body = requireNonNull(bytes, "bytes");
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder contentType(@Nullable String value) {
      contentType = shortString("content type", value);
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder contentEncoding(@Nullable String value) {
      contentEncoding = shortString("content encoding", value);
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder messageId(@Nullable String value) {
      messageId = shortString("message id", value);
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder correlationId(@Nullable String value) {
      correlationId = shortString("correlation id", value);
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder replyTo(@Nullable String value) {
      replyTo = shortString("reply-to", value);
      return this;
    }

    /**
     * At most 255 bytes; the broker refuses any other than the connection's own user. Absent unless
     * set.
     */
    public Builder userId(@Nullable String value) {
      userId = shortString("user id", value);
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder type(@Nullable String value) {
      type = shortString("type", value);
      return this;
    }

    /** At most 255 bytes. Absent unless set. */
    public Builder appId(@Nullable String value) {
      appId = shortString("app id", value);
      return this;
    }

    /** Carried in whole seconds. Absent unless set. */
    public Builder timestamp(@Nullable Instant value) {
      timestamp = value;
      return this;
    }

    /** 0 to 255. Absent unless set. */
    public Builder priority(@Nullable Integer value) {
      if (value != null && (value < 0 || value > MAX_PRIORITY)) {
        throw new IllegalArgumentException("priority: " + value + " (expected: 0 to 255)");
      }
      priority = value;
      return this;
    }

    /** Off unless set. */
    public Builder persistent(boolean value) {
      isPersistent = value;
      return this;
    }

    /** Zero or more, in whole milliseconds. Absent unless set. */
    public Builder expiration(@Nullable Duration value) {
      if (value != null && value.isNegative()) {
        throw new IllegalArgumentException("expiration: " + value + " (expected: PT0S or more)");
      }
      expiration = value;
      return this;
    }

    /** Names are at most 255 bytes. Replaces what was set; copied. None unless set. */
    public Builder headers(Map<String, ?> values) {
      if (values.isEmpty()) {
        headers = Map.of();
        return this;
      }
      values.keySet().forEach(name -> shortString("header name", name));
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(values));
      return this;
    }

    /** The message. */
    public RawMessage build() {
      return new RawMessage(this);
    }

    private static @Nullable String shortString(String what, @Nullable String value) {
      if (value != null
          && value.length() * 3 > MAX_SHORT_STRING
          && value.getBytes(StandardCharsets.UTF_8).length > MAX_SHORT_STRING) {
        throw new IllegalArgumentException(
            what + ": " + value.length() + " characters (expected: at most 255 bytes of UTF-8)");
      }
      return value;
    }
  }
}
