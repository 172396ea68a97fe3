package org.postage.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postage.producer.SendOption.key;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Heard;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.pipeline.Context;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.transport.Delivery;

/** Spans from a producer over a handler to what it sends itself. */
@RabbitMq
@Timeout(600)
class TracingIT {
  interface Client {
    CompletableFuture<Void> message_start(String text, SendOption... options);

    CompletableFuture<Void> message_follow(String text);

    CompletableFuture<Void> message_fail(String text);

    String rpc_echo(String text);
  }

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .build();
  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("tracing"));
  private final String queue = TestPostage.unique("tracing");
  private final Client client;
  private final Heard<String> parents = new Heard<>();

  TracingIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = PostageTracing.register(TestPostage.builder(broker), sdk).connect();
    client = postage.producer(Client.class, exchange.withKey("key"));
    postage.processor(exchange.to(queue, "key")).name("worker").handlers(new Server()).start();
  }

  @AfterEach
  void close() {
    postage.close();
    sdk.close();
  }

  final class Server {
    @MessageHandler("start")
    void start(String text) {
      client.message_follow(Span.current().getSpanContext().getSpanId());
    }

    @MessageHandler("follow")
    void follow(String spanId, Delivery delivery) {
      parents.add(spanId);
      parents.add(String.valueOf(delivery.message().textHeader(Context.TRACE_PARENT)));
    }

    @MessageHandler("fail")
    void fail(String text) {
      throw new IllegalStateException("broken by " + text);
    }

    @RpcHandler("echo")
    String echo(String text) {
      return text;
    }
  }

  private List<SpanData> spans(int count) {
    await().until(() -> exporter.getFinishedSpanItems().size() >= count);
    return exporter.getFinishedSpanItems();
  }

  private static SpanData only(List<SpanData> spans, SpanKind kind, String message) {
    List<SpanData> found =
        spans.stream()
            .filter(
                span ->
                    span.getKind() == kind
                        && message.equals(span.getAttributes().get(MessagingAttributes.MESSAGE)))
            .toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @Test
  void oneTraceGoesFromTheSenderThroughAHandlerToWhatThatSends() {
    Span root = sdk.getTracer("test").spanBuilder("root").startSpan();
    try (Scope current = root.makeCurrent()) {
      assertThat(current).isNotNull();
      client.message_start("x");
    } finally {
      root.end();
    }

    List<SpanData> spans = spans(5);
    SpanData sent = only(spans, SpanKind.PRODUCER, "message/command/start");
    SpanData handled = only(spans, SpanKind.CONSUMER, "message/command/start");
    SpanData follows = only(spans, SpanKind.PRODUCER, "message/command/follow");
    SpanData ends = only(spans, SpanKind.CONSUMER, "message/command/follow");
    assertThat(spans)
        .extracting(SpanData::getTraceId)
        .containsOnly(root.getSpanContext().getTraceId());
    assertThat(sent.getParentSpanId()).isEqualTo(root.getSpanContext().getSpanId());
    assertThat(handled.getParentSpanId()).isEqualTo(sent.getSpanId());
    assertThat(follows.getParentSpanId()).isEqualTo(handled.getSpanId());
    assertThat(ends.getParentSpanId()).isEqualTo(follows.getSpanId());
    assertThat(parents.next()).isEqualTo(handled.getSpanId());
    assertThat(parents.next())
        .startsWith("00-" + follows.getTraceId() + "-" + follows.getSpanId() + "-");
  }

  @Test
  void spansHaveTheNamesAndAttributesOfTheConventions() {
    client.message_follow("x").join();

    List<SpanData> spans = spans(2);
    SpanData sent = only(spans, SpanKind.PRODUCER, "message/command/follow");
    assertThat(sent.getName()).isEqualTo("publish " + exchange.name());
    assertThat(texts(sent))
        .containsAllEntriesOf(
            Map.of(
                "messaging.system", "rabbitmq",
                "messaging.operation.type", "send",
                "messaging.operation.name", "publish",
                "messaging.destination.name", exchange.name() + ":key",
                "messaging.rabbitmq.destination.routing_key", "key",
                "postage.producer", "Client.message_follow"));
    SpanData handled = only(spans, SpanKind.CONSUMER, "message/command/follow");
    assertThat(handled.getName()).isEqualTo("process " + queue);
    assertThat(texts(handled))
        .containsAllEntriesOf(
            Map.of(
                "messaging.system", "rabbitmq",
                "messaging.operation.type", "process",
                "messaging.destination.name", exchange.name() + ":key:" + queue,
                "postage.processor", "worker",
                "postage.handler", "Server.follow"))
        .containsKeys("messaging.message.id", "messaging.message.body.size");
  }

  private static Map<String, String> texts(SpanData span) {
    Map<String, String> texts = new HashMap<>();
    span.getAttributes().forEach((name, value) -> texts.put(name.getKey(), value.toString()));
    return texts;
  }

  @Test
  void requestsSpanLastsFromTheCallToTheAnswer() {
    assertThat(client.rpc_echo("x")).isEqualTo("x");

    List<SpanData> spans = spans(2);
    SpanData asked = only(spans, SpanKind.CLIENT, "rpc/command/echo");
    SpanData handled = only(spans, SpanKind.CONSUMER, "rpc/command/echo");
    assertThat(handled.getParentSpanId()).isEqualTo(asked.getSpanId());
    assertThat(asked.getEndEpochNanos() - asked.getStartEpochNanos()).isPositive();
  }

  @Test
  void failuresOfHandlersAndOfSendingAreRecorded() {
    client.message_fail("me").join();
    assertThat(client.message_start("x", key("nobody"))).failsWithin(Duration.ofSeconds(60));

    List<SpanData> spans = spans(3);
    SpanData handled = only(spans, SpanKind.CONSUMER, "message/command/fail");
    assertThat(handled.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(texts(handled)).containsEntry("error.type", "java.lang.IllegalStateException");
    assertThat(handled.getEvents()).hasSize(1);
    SpanData unroutable = only(spans, SpanKind.PRODUCER, "message/command/start");
    assertThat(unroutable.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(texts(unroutable))
        .containsEntry("error.type", "org.postage.transport.UnroutableException");
  }

  @Test
  void messageFromAComponentWithoutTracingBeginsATrace() {
    try (Postage plain = TestPostage.connect(broker)) {
      plain.producer(Client.class, exchange.withKey("key")).message_follow("x").join();
    }

    SpanData handled = only(spans(1), SpanKind.CONSUMER, "message/command/follow");
    assertThat(handled.getParentSpanContext().isValid()).isFalse();
  }
}
