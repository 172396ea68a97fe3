package org.postage.handler;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.CborEncoder;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;
import org.postage.pipeline.RetryPolicy;
import org.postage.spec.ValidatingEncoder;
import org.postage.topology.Binding;
import org.postage.topology.Delays;
import org.postage.topology.Destination;
import org.postage.transport.Delivery;
import org.postage.transport.Headers;
import org.postage.transport.InMemoryTransport;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;

/** A dispatcher over a transport in memory. */
final class Desk implements Processor {
  static final String REPLY_TO = "amq.gen-reply";

  final InMemoryTransport transport = new InMemoryTransport();
  final Encoders encoders = Encoders.of(List.of(new ValidatingEncoder(), new CborEncoder()));
  final DeliveryCounts counts = new DeliveryCounts();
  private final Dispatcher dispatcher;
  private final Recovery recovery;

  Desk(Object... handlers) {
    this(Optional.empty(), handlers);
  }

  /** With retries, and parking. */
  Desk(RetryPolicy policy, Object... handlers) {
    this(Optional.of(policy), handlers);
  }

  private Desk(Optional<RetryPolicy> policy, Object... handlers) {
    recovery =
        policy
            .<Recovery>map(p -> new RetryAndPark("desk", transport, policy))
            .orElse(Recovery.REJECT);
    HandlerCompiler compiler = new HandlerCompiler(encoders);
    for (Object handler : handlers) {
      compiler.add(handler);
    }
    dispatcher = dispatcher(compiler);
  }

  Desk(HandlerCompiler compiler) {
    recovery = Recovery.REJECT;
    dispatcher = dispatcher(compiler);
  }

  private Dispatcher dispatcher(HandlerCompiler compiler) {
    return new Dispatcher(
        compiler.compile(),
        new PostageProtocol(encoders, Dispatcher.SERVER_NAMED),
        transport,
        this,
        recovery,
        counts);
  }

  Outcome receive(Message message) {
    return receive(raw(message).build());
  }

  Outcome request(Message message) {
    return receive(raw(message).replyTo(REPLY_TO).correlationId("call-1").build());
  }

  Outcome receive(RawMessage message) {
    // What was tried before comes back from its delay.
    boolean isBack = message.headers().containsKey(Headers.ATTEMPT);
    String exchange = isBack ? Delays.RETURN.name() : "exchange";
    return dispatcher.onDelivery(new Delivery(message, "queue", exchange, "key", false));
  }

  static RawMessage.Builder raw(Message message) {
    return RawMessage.of(new JsonEncoder().encode(MessageFormat.toMap(message)))
        .contentType("application/json");
  }

  static RawMessage.Builder raw(String body) {
    return RawMessage.of(body.getBytes(UTF_8));
  }

  /** The one reply, which went where it should. */
  Result reply() {
    Published reply = transport.onlyPublished();
    if (!reply.to().equals(Destination.queue(REPLY_TO)) || reply.isMandatory()) {
      throw new AssertionError("not as replies are sent: " + reply);
    }
    Encoder encoder = encoders.forContentType(reply.message().contentType());
    return Result.of(MessageFormat.fromMap(encoder.decode(reply.message().body())));
  }

  /** What is logged meanwhile. */
  static String logOf(Runnable work) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      work.run();
    } finally {
      System.setErr(before);
    }
    return log.toString(UTF_8);
  }

  @Override
  public String name() {
    return "desk";
  }

  @Override
  public Fingerprint fingerprint() {
    return new Fingerprint("desk", "None", "1", "h", "u", "/");
  }

  @Override
  public void bind(Binding binding) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unbind(Binding binding) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void cancel(String queue) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Task after(Duration delay, Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Task every(Duration interval, Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void stop() {}

  static @Nullable Object same(@Nullable Object value) {
    return value;
  }
}
