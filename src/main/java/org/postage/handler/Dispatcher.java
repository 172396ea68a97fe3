package org.postage.handler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.EncodingException;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.SafeText;
import org.postage.pipeline.Context;
import org.postage.pipeline.Interceptor;
import org.postage.topology.Delays;
import org.postage.transport.Deadline;
import org.postage.transport.Delivery;
import org.postage.transport.DeliveryListener;
import org.postage.transport.Headers;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;
import org.postage.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a delivery to its handlers, and from how they end to an outcome. The one place that decides
 * outcomes:
 *
 * <ul>
 *   <li>A handler returned, or there is none: ack.
 *   <li>A filter refused: the handler is left out; ack.
 *   <li>{@link RejectMessage}, a failure, a message that can't be read or does not fit: what the
 *       {@link Recovery} says: reject, or try again later, or park.
 *   <li>A request that nobody waits for any more: not started; ack.
 *   <li>A handler could not start now: requeue, whatever became of others.
 *   <li>Several handlers: all run, and the worst outcome counts.
 * </ul>
 *
 * <p>Whatever goes wrong with a request, its sender gets a reply at once that says what.
 * Thread-safe.
 */
public final class Dispatcher implements DeliveryListener {
  /** Reply addresses that are answered unless told otherwise: names that only a broker gives. */
  public static final Pattern SERVER_NAMED = Pattern.compile("amq\\..+");

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final HandlerTable table;
  private final Protocol protocol;
  private final Transport transport;
  private final Processor processor;
  private final Recovery recovery;
  private final DeliveryCounts counts;
  private final WarningLimit warnings = new WarningLimit();

  /**
   * Dispatches by this table.
   *
   * @param protocol how messages and answers look
   * @param recovery what becomes of what failed
   * @param counts where deliveries are counted
   */
  public Dispatcher(
      HandlerTable table,
      Protocol protocol,
      Transport transport,
      Processor processor,
      Recovery recovery,
      DeliveryCounts counts) {
    this.table = table;
    this.protocol = protocol;
    this.transport = transport;
    this.processor = processor;
    this.recovery = recovery;
    this.counts = counts;
  }

  @Override
  public Outcome onDelivery(Delivery delivered) {
    return counts.ended(outcome(delivered));
  }

  private Outcome outcome(Delivery delivered) {
    Delivery delivery = asFirstSent(delivered);
    RawMessage raw = delivery.message();
    Replier replier = replier(delivery, protocol.standard());
    Failure refused = recovery.refused(delivery);
    if (refused != null) {
      return recovered(delivery, null, List.of(refused), replier);
    }
    Encoder encoder;
    Message message;
    try {
      encoder = protocol.encoder(raw);
      replier = replier(delivery, encoder);
      message = protocol.read(delivery, encoder);
    } catch (EncodingException | MalformedMessageException e) {
      counts.unreadable();
      Failure failure = Failure.of(Failure.Kind.UNREADABLE, String.valueOf(e.getMessage()));
      return recovered(delivery, null, List.of(failure), replier);
    }
    if (message.category() != MessageCategory.RPC) {
      return dispatch(delivery, message, encoder, ReplySender.NOBODY);
    }
    String replyTo = raw.replyTo();
    if (replyTo != null && !replyTo.isEmpty() && replier == ReplySender.NOBODY) {
      String text =
          "reply address '"
              + SafeText.of(replyTo)
              + "' (expected: a match of "
              + protocol.replyAddresses()
              + ")";
      Failure failure = Failure.of(Failure.Kind.UNANSWERABLE, text);
      return recovered(delivery, message, List.of(failure), replier);
    } else if (isOver(delivery)) {
      counts.overdue();
      LOG.debug("{}: nobody waits for an answer to {} any more", processor.name(), message.key());
      return Outcome.ACK;
    }
    return dispatch(delivery, message, encoder, replier);
  }

  private Outcome dispatch(Delivery delivery, Message message, Encoder encoder, Replier replier) {
    Context context = context(delivery, message);
    HandlerTable.Match match = table.lookUp(message.key());
    return LogContext.of(processor, delivery, match.label(), context)
        .call(() -> dispatch(delivery, message, match.rows(), encoder, replier, context));
  }

  private Outcome dispatch(
      Delivery delivery,
      Message message,
      List<HandlerTable.Row> all,
      Encoder encoder,
      Replier replier,
      Context context) {
    List<HandlerTable.Row> rows = wanted(all, delivery);
    if (rows.isEmpty()) {
      counts.unhandled();
      LOG.debug("{}: nobody handles {}", processor.name(), message.key());
      String text = "no handler for request '" + SafeText.of(message.name()) + "'";
      answer(replier, Failure.of(Failure.Kind.UNHANDLED, text), message);
      return Outcome.ACK;
    }
    List<Failure> failures = new ArrayList<>();
    List<Runnable> lastResorts = new ArrayList<>();
    Outcome outcome = Outcome.ACK;
    for (HandlerTable.Row row : rows) {
      Invocation invocation =
          new Invocation(row.info(), delivery, message, encoder, replier, processor);
      try {
        outcome = outcome.or(context.call(() -> row.step().proceed(invocation)));
      } catch (Throwable t) {
        Optional<Failure> failure = failure(row.info(), message, t, replier);
        failure.ifPresent(failures::add);
        failure
            .filter(Failure::isHandlers)
            .flatMap(f -> row.lastResort())
            .ifPresent(step -> lastResorts.add(() -> run(step, invocation.failed(t), context)));
      }
    }
    // What goes back is judged when it comes again: one handler's failure shall not take the
    // message from another that could not start.
    if (failures.isEmpty() || outcome == Outcome.REQUEUE) {
      return outcome;
    }
    Recovery.Recovered recovered = recover(delivery, message, failures, replier);
    if (!recovered.isTriedAgain()) {
      lastResorts.forEach(Runnable::run);
    }
    return outcome.or(recovered.outcome());
  }

  // The message is where it is to be: what goes wrong here changes nothing of that.
  private void run(
      Interceptor.Next<Invocation, Outcome> lastResort, Invocation failed, Context context) {
    try {
      Outcome ignored = context.call(() -> lastResort.proceed(failed));
    } catch (Throwable t) {
      LOG.error("{}: the last resort of {} failed", processor.name(), failed.handler().id(), t);
    }
  }

  // After a retry only those that failed; all where they are called otherwise now.
  private static List<HandlerTable.Row> wanted(List<HandlerTable.Row> rows, Delivery delivery) {
    if (rows.size() < 2
        || !(delivery.message().headers().get(Headers.HANDLERS) instanceof List<?> ids)) {
      return rows;
    }
    List<HandlerTable.Row> wanted =
        rows.stream().filter(row -> ids.contains(row.info().id())).toList();
    return wanted.isEmpty() ? rows : wanted;
  }

  private Optional<Failure> failure(
      HandlerInfo handler, Message message, Throwable thrown, Replier replier) {
    String text = String.valueOf(thrown.getMessage());
    if (thrown instanceof FilterException) {
      LOG.debug("{}: a filter refused {}: {}", processor.name(), message.key(), SafeText.of(text));
      String refusal = "refused by a filter: " + text;
      answer(replier, new Failure(Failure.Kind.REJECTED, handler, refusal, null), message);
      return Optional.empty();
    } else if (thrown instanceof RejectMessage) {
      return Optional.of(new Failure(Failure.Kind.REJECTED, handler, text, null));
    } else if (thrown instanceof UnfitMessageException) {
      return Optional.of(new Failure(Failure.Kind.UNFIT, handler, text, null));
    }
    LOG.error("{}: a handler of {} failed", processor.name(), message.key(), thrown);
    return Optional.of(new Failure(Failure.Kind.FAILED, handler, thrown.toString(), thrown));
  }

  private Outcome recovered(
      Delivery delivery, @Nullable Message message, List<Failure> failures, Replier replier) {
    return recover(delivery, message, failures, replier).outcome();
  }

  private Recovery.Recovered recover(
      Delivery delivery, @Nullable Message message, List<Failure> failures, Replier replier) {
    for (Failure failure : failures) {
      if (failure.kind() != Failure.Kind.FAILED) {
        warn(delivery, failure);
      }
    }
    Optional<Duration> wait = replier == ReplySender.NOBODY ? Optional.empty() : left(delivery);
    Recovery.Recovered recovered = recovery.recover(delivery, message, failures, wait);
    counts.recovered(recovered);
    if (!recovered.isTriedAgain()) {
      answer(replier, failures.get(0), message);
    }
    return recovered;
  }

  private void warn(Delivery delivery, Failure failure) {
    warnings.warn(
        delivery.queue(),
        failure.kind().wireName(),
        leftOut ->
            LOG.warn(
                "{}: rejected a message of {} bytes from queue '{}' (exchange '{}', key '{}'): {}: {}{}",
                processor.name(),
                delivery.message().body().length,
                SafeText.of(delivery.queue()),
                SafeText.of(delivery.exchange()),
                SafeText.of(delivery.routingKey()),
                failure.kind().wireName(),
                SafeText.of(failure.text()),
                leftOut));
  }

  // A handler may have answered and failed after that: its caller has its answer.
  private static void answer(Replier replier, Failure failure, @Nullable Message message) {
    if (!replier.isAnswered() && replier instanceof ReplySender sender) {
      sender.fail(failure, message);
    }
  }

  private static boolean isOver(Delivery delivery) {
    return left(delivery).map(Duration::isZero).orElse(false);
  }

  private static Optional<Duration> left(Delivery delivery) {
    return Context.of(delivery.deadlineNanos(), Map.of()).remaining();
  }

  // What was tried before came from our own exchange; where it came from first is what counts.
  private static Delivery asFirstSent(Delivery delivery) {
    if (!isOurs(delivery)) {
      return withoutOurHeaders(delivery);
    }
    String exchange = delivery.message().textHeader(Headers.EXCHANGE);
    String routingKey = delivery.message().textHeader(Headers.ROUTING_KEY);
    return exchange == null || routingKey == null ? delivery : delivery.from(exchange, routingKey);
  }

  // Who may write to a queue itself, may also say how the message came there.
  private static boolean isOurs(Delivery delivery) {
    return delivery.exchange().isEmpty() || Delays.isFrom(delivery.exchange());
  }

  private static Delivery withoutOurHeaders(Delivery delivery) {
    RawMessage message = delivery.message();
    if (message.headers().isEmpty()) {
      return delivery;
    }
    Map<String, Object> others = new LinkedHashMap<>(message.headers());
    if (!others.keySet().removeIf(Dispatcher::isTold)) {
      return delivery;
    }
    return delivery.withMessage(message.toBuilder().headers(others).build());
  }

  private static boolean isTold(String header) {
    return header.startsWith(Headers.PREFIX) && !header.equals(Deadline.HEADER);
  }

  private static Context context(Delivery delivery, Message message) {
    boolean isRequest = message.category() == MessageCategory.RPC;
    return Context.of(
        isRequest ? delivery.deadlineNanos() : null, TraceHeaders.of(delivery.message()));
  }

  private Replier replier(Delivery delivery, Encoder encoder) {
    RawMessage raw = delivery.message();
    String replyTo = raw.replyTo();
    return replyTo == null
            || replyTo.isEmpty()
            || replyTo.equals(delivery.queue())
            || !protocol.replyAddresses().matcher(replyTo).matches()
        ? ReplySender.NOBODY
        : new ReplySender(transport, protocol, encoder, replyTo, raw, delivery.deadlineNanos());
  }
}
