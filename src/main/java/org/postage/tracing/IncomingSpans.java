package org.postage.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;
import org.postage.handler.FilterException;
import org.postage.handler.Invocation;
import org.postage.message.SafeText;
import org.postage.pipeline.Interceptor;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;

/** A span around every handler, as a child of the one that the message was sent under. */
final class IncomingSpans implements Interceptor<Invocation, Outcome> {
  private final Tracer tracer;

  IncomingSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  @Override
  public Outcome intercept(Invocation invocation, Next<Invocation, Outcome> next) throws Exception {
    org.postage.pipeline.Context here = org.postage.pipeline.Context.current();
    Context parent = TraceContext.of(here.trace());
    Span span = start(invocation, parent);
    Context context = parent.with(span);
    try {
      return here.withTrace(TraceContext.headers(context))
          .call(context.wrap(() -> next.proceed(invocation)));
    } catch (FilterException e) {
      // It was not meant for this handler.
      throw e;
    } catch (Throwable t) {
      MessagingAttributes.failed(span, t);
      throw t;
    } finally {
      span.end();
    }
  }

  private Span start(Invocation invocation, Context parent) {
    Delivery delivery = invocation.delivery();
    String queue = SafeText.of(delivery.queue());
    String routingKey = SafeText.of(delivery.routingKey());
    SpanBuilder builder =
        tracer
            .spanBuilder("process " + queue)
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute(MessagingAttributes.SYSTEM, MessagingAttributes.RABBITMQ)
            .setAttribute(MessagingAttributes.OPERATION_NAME, "process")
            .setAttribute(MessagingAttributes.OPERATION_TYPE, "process")
            .setAttribute(
                MessagingAttributes.DESTINATION,
                destination(MessagingAttributes.exchange(delivery.exchange()), routingKey, queue))
            .setAttribute(MessagingAttributes.ROUTING_KEY, routingKey)
            .setAttribute(MessagingAttributes.BODY_SIZE, (long) delivery.message().body().length)
            .setAttribute(MessagingAttributes.MESSAGE, invocation.message().key().toString())
            .setAttribute(MessagingAttributes.PROCESSOR, invocation.processor().name())
            .setAttribute(MessagingAttributes.HANDLER, invocation.handler().id());
    setText(builder, MessagingAttributes.MESSAGE_ID, delivery.message().messageId());
    setText(builder, MessagingAttributes.CONVERSATION_ID, delivery.message().correlationId());
    return builder.startSpan();
  }

  // Each part once, as the conventions have it.
  private static String destination(String exchange, String routingKey, String queue) {
    return exchange + ":" + routingKey + (routingKey.equals(queue) ? "" : ":" + queue);
  }

  private static void setText(
      SpanBuilder builder, AttributeKey<String> key, @Nullable String text) {
    if (text != null) {
      builder.setAttribute(key, SafeText.of(text));
    }
  }
}
