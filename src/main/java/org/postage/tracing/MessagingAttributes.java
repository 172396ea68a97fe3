package org.postage.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import org.postage.message.SafeText;

/**
 * Names of attributes, as OpenTelemetry's conventions have them, and ours for what they do not
 * have.
 */
final class MessagingAttributes {
  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  static final AttributeKey<String> OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  static final AttributeKey<String> ROUTING_KEY =
      AttributeKey.stringKey("messaging.rabbitmq.destination.routing_key");
  static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
  static final AttributeKey<String> CONVERSATION_ID =
      AttributeKey.stringKey("messaging.message.conversation_id");
  static final AttributeKey<Long> BODY_SIZE = AttributeKey.longKey("messaging.message.body.size");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  /** Category, type and name of the message. */
  static final AttributeKey<String> MESSAGE = AttributeKey.stringKey("postage.message");

  /** The producer interface's method that sends. */
  static final AttributeKey<String> PRODUCER = AttributeKey.stringKey("postage.producer");

  /** The processor's name. */
  static final AttributeKey<String> PROCESSOR = AttributeKey.stringKey("postage.processor");

  /** The class and method that handles. */
  static final AttributeKey<String> HANDLER = AttributeKey.stringKey("postage.handler");

  static final String RABBITMQ = "rabbitmq";

  private MessagingAttributes() {}

  /** The exchange, by a name that is never empty. */
  static String exchange(String name) {
    return name.isEmpty() ? "amq.default" : SafeText.of(name);
  }

  static void failed(Span span, Throwable failure) {
    span.setStatus(StatusCode.ERROR);
    span.setAttribute(ERROR_TYPE, failure.getClass().getName());
    span.recordException(failure);
  }
}
