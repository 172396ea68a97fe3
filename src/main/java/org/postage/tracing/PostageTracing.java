package org.postage.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import org.postage.Postage;

/**
 * Has a {@link Postage} tell OpenTelemetry what it does, in spans with the names and attributes of
 * its conventions for messaging.
 *
 * <pre>{@code
 * Postage postage = PostageTracing.register(Postage.builder(), openTelemetry).connect();
 * }</pre>
 *
 * <ul>
 *   <li>{@code publish EXCHANGE}, of kind producer: from the call until the broker has the message.
 *   <li>{@code request EXCHANGE}, of kind client: from the call until the answer, whatever it says.
 *   <li>{@code process QUEUE}, of kind consumer: the run of a handler, in which it is the current
 *       span. Its parent is the span under which the message was sent.
 * </ul>
 *
 * <p>Messages carry their span's context in W3C's headers {@code traceparent} and {@code
 * tracestate}, which Python Postage neither reads nor sends. Spans may end on the connection's
 * threads, so exporting them must not block: a batching span processor does not.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/rabbitmq/">OpenTelemetry:
 *     conventions for RabbitMQ</a>
 */
public final class PostageTracing {
  private PostageTracing() {}

  /**
   * Adds the spans to what is built.
   *
   * @return the builder
   */
  public static Postage.Builder register(Postage.Builder builder, OpenTelemetry openTelemetry) {
    Tracer tracer = openTelemetry.getTracer("org.postage");
    return builder
        .interceptOutgoing(new OutgoingSpans(tracer))
        .interceptIncoming(new IncomingSpans(tracer));
  }
}
