package org.postage.producer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.spec.ValidatingEncoder;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.InMemoryTransport;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.ManualTimer;
import org.postage.transport.RawMessage;

/** Producers over a transport in memory, with a clock that the test moves. */
final class Bench {
  static final Exchange EXCHANGE = Exchange.direct("echo-exchange");
  static final Destination TO = EXCHANGE.withKey("echo-rk");
  static final Map<String, String> FINGERPRINT =
      Map.of("name", "me", "type", "None", "pid", "1", "host", "h", "user", "u", "vhost", "/");

  final InMemoryTransport transport = new InMemoryTransport();
  final ManualTimer timer = new ManualTimer();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final Encoders encoders = Encoders.of(List.of(new ValidatingEncoder()));
  private final Producers producers;

  Bench() {
    this(Runnable::run);
  }

  Bench(Executor executor) {
    producers =
        new Producers(
            transport,
            encoders,
            timer,
            executor,
            executor,
            (publication, failure) -> failures.add(failure),
            List.of());
  }

  <P> P create(Class<P> type) {
    return create(type, TO);
  }

  <P> P create(Class<P> type, Destination... destinations) {
    return producers.create(type, FINGERPRINT, List.of(destinations));
  }

  Outbox outbox(Destination... destinations) {
    return producers.outbox(FINGERPRINT, List.of(destinations));
  }

  /** Answers every request at once, with its correlation id. */
  void answer(Function<Message, Result> handler) {
    transport.onPublish(
        request -> {
          transport.deliver(
              request.replyTo(), reply(handler.apply(message(request)), request.correlationId()));
          return CompletableFuture.completedFuture(null);
        });
  }

  static Message message(Published published) {
    return MessageFormat.fromMap(new JsonEncoder().decode(published.message().body()));
  }

  Message sent() {
    return message(transport.onlyPublished());
  }

  /** As our own servers answer. */
  static RawMessage reply(Result result, String correlationId) {
    return RawMessage.of(body(result))
        .contentType("application/json")
        .correlationId(correlationId)
        .build();
  }

  /** As Python's servers answer: without a single property. */
  static RawMessage bareReply(Result result) {
    return RawMessage.of(body(result)).build();
  }

  static RawMessage textReply(String body, String correlationId) {
    return RawMessage.of(body.getBytes(UTF_8)).correlationId(correlationId).build();
  }

  private static byte[] body(Result result) {
    return new JsonEncoder().encode(MessageFormat.toMap(result.toMessage()));
  }
}
