package org.postage.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.postage.pipeline.Interceptor;
import org.postage.producer.Publication;
import org.postage.producer.Publication.ReplyMode;
import org.postage.producer.Receipt;
import org.postage.topology.Destination;

/** A span around everything that is sent, whose context goes into the headers. Thread-safe. */
final class OutgoingSpans implements Interceptor<Publication, Receipt> {
  private final Tracer tracer;

  OutgoingSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  @Override
  public Receipt intercept(Publication publication, Next<Publication, Receipt> next)
      throws Exception {
    Context parent = parent(publication);
    Span span = start(publication, parent);
    Context context = parent.with(span);
    Map<String, String> headers = new LinkedHashMap<>(publication.headers());
    // One may be older than the other, and of another trace.
    headers.remove(org.postage.pipeline.Context.TRACE_PARENT);
    headers.remove(org.postage.pipeline.Context.TRACE_STATE);
    headers.putAll(TraceContext.headers(context));
    Receipt receipt;
    try {
      receipt = context.wrap(() -> next.proceed(publication.withHeaders(headers))).call();
    } catch (Throwable t) {
      end(span, t);
      throw t;
    }
    receipt.confirmed().whenComplete((v, failure) -> end(span, failure));
    return receipt;
  }

  // In a handler that has no span, its message's context is what there is.
  private static Context parent(Publication publication) {
    Context current = Context.current();
    return Span.fromContext(current).getSpanContext().isValid()
        ? current
        : current.with(Span.fromContext(TraceContext.of(publication.headers())));
  }

  private Span start(Publication publication, Context parent) {
    Destination to = publication.destinations().get(0);
    boolean isRequest = publication.replies() != ReplyMode.NONE;
    String operation = isRequest ? "request" : "publish";
    String exchange = MessagingAttributes.exchange(to.exchange().name());
    SpanBuilder builder =
        tracer
            .spanBuilder(operation + " " + exchange)
            .setParent(parent)
            .setSpanKind(isRequest ? SpanKind.CLIENT : SpanKind.PRODUCER)
            .setAttribute(MessagingAttributes.SYSTEM, MessagingAttributes.RABBITMQ)
            .setAttribute(MessagingAttributes.OPERATION_NAME, operation)
            .setAttribute(MessagingAttributes.OPERATION_TYPE, "send")
            .setAttribute(MessagingAttributes.DESTINATION, exchange + ":" + to.routingKey())
            .setAttribute(MessagingAttributes.ROUTING_KEY, to.routingKey())
            .setAttribute(MessagingAttributes.MESSAGE, publication.message().key().toString());
    String method = publication.method();
    if (method != null) {
      builder.setAttribute(MessagingAttributes.PRODUCER, method);
    }
    return builder.startSpan();
  }

  private static void end(Span span, @Nullable Throwable failure) {
    if (failure != null) {
      Throwable cause = failure.getCause();
      MessagingAttributes.failed(
          span, failure instanceof CompletionException && cause != null ? cause : failure);
    }
    span.end();
  }
}
