package org.postage.handler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postage.message.Message;
import org.postage.message.SafeText;
import org.postage.pipeline.RetryPolicy;
import org.postage.topology.Declaration;
import org.postage.topology.Delays;
import org.postage.topology.Destination;
import org.postage.topology.Queue;
import org.postage.transport.Deadline;
import org.postage.transport.Delivery;
import org.postage.transport.Headers;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;
import org.postage.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets failed messages wait in the broker and come again, and parks those that can't be helped.
 * Either way the message is published, confirmed, and only then acknowledged. Thread-safe.
 */
public final class RetryAndPark implements Recovery {
  /** How often a message may be delivered without an outcome. */
  public static final int MAX_UNSETTLED = 20;

  private static final Logger LOG = LoggerFactory.getLogger(RetryAndPark.class);
  private static final String PARKED = ".parked";
  private static final Duration KEPT_OF_PASSING = Duration.ofDays(7);
  private static final int UNLIMITED = 1_000_000_000;

  // What brokers write, of which some would have the message dropped as one that goes in circles,
  // or
  // sent elsewhere too.
  private static final Set<String> BROKERS =
      Set.of(
          "x-death",
          "x-first-death-exchange",
          "x-first-death-queue",
          "x-first-death-reason",
          "x-last-death-exchange",
          "x-last-death-queue",
          "x-last-death-reason",
          "x-delivery-count",
          "x-acquired-count",
          "x-delay",
          "CC",
          "BCC");
  private static final String DELIVERY_COUNT = "x-delivery-count";
  private static final int MAX_TEXT = 500;
  private static final int MAX_HEADERS = 32 * 1024;
  private static final Duration PUBLISH_TIMEOUT = Transport.MAX_PATIENCE.plusSeconds(5);
  private static final Duration REQUEUE_PAUSE = Duration.ofSeconds(1);

  private final String name;
  private final Transport transport;
  private final Optional<RetryPolicy> standard;
  private final Duration requeuePause;
  private final WarningLimit warnings = new WarningLimit();

  /**
   * Recovers for one processor.
   *
   * @param name what logs call it
   * @param standard for handlers that say nothing themselves; they are not tried again without
   */
  public RetryAndPark(String name, Transport transport, Optional<RetryPolicy> standard) {
    this(name, transport, standard, REQUEUE_PAUSE);
  }

  RetryAndPark(
      String name, Transport transport, Optional<RetryPolicy> standard, Duration requeuePause) {
    this.requeuePause = requeuePause;
    this.name = name;
    this.transport = transport;
    this.standard = standard;
  }

  /**
   * Where the parked messages of a queue are kept: a durable queue; it has to be there where that
   * one has to. For a queue that goes with its consumer it goes too, when a week long nobody has
   * looked at it.
   *
   * @throws IllegalArgumentException if the name is too long for that
   */
  public static Queue parkedQueue(Queue queue) {
    Queue parked = Queue.named(parkedName(queue.name())).durable();
    if (queue.declaration() == Declaration.PASSIVE) {
      return parked.passive();
    }
    boolean isReplicated = "quorum".equals(queue.arguments().get("x-queue-type"));
    if (isReplicated) {
      // Each look at it counts as a delivery.
      parked = parked.quorum().withArgument("x-delivery-limit", UNLIMITED);
    }
    boolean isPassing = queue.isExclusive() || queue.isAutoDelete();
    return isPassing ? parked.expires(KEPT_OF_PASSING) : parked;
  }

  /** The name of the queue where the parked messages of another are kept. */
  public static String parkedName(String queue) {
    return queue + PARKED;
  }

  @Override
  public @Nullable Failure refused(Delivery delivery) {
    Object count = delivery.message().headers().get(DELIVERY_COUNT);
    return count instanceof Number n && n.longValue() >= MAX_UNSETTLED
        ? Failure.of(
            Failure.Kind.UNSETTLED,
            "delivered "
                + (n.longValue() + 1)
                + " times without an outcome; it may be what ends its consumers")
        : null;
  }

  @Override
  public Recovered recover(
      Delivery delivery,
      @Nullable Message message,
      List<Failure> failures,
      Optional<Duration> wait) {
    int attempt = attempt(delivery);
    List<Failure> again = new ArrayList<>();
    List<Failure> parked = new ArrayList<>();
    Duration pause = Duration.ZERO;
    for (Failure failure : failures) {
      Optional<Duration> itsPause =
          pause(failure, attempt).filter(p -> wait.isEmpty() || p.compareTo(wait.get()) < 0);
      (itsPause.isPresent() ? again : parked).add(failure);
      if (itsPause.isPresent() && itsPause.get().compareTo(pause) > 0) {
        pause = itsPause.get();
      }
    }
    try {
      if (!again.isEmpty()) {
        retry(delivery, again, attempt, pause);
      }
      if (!parked.isEmpty()) {
        park(delivery, message, parked, attempt);
      }
      return new Recovered(Outcome.ACK, !again.isEmpty(), !parked.isEmpty());
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      warnings.warn(
          delivery.queue(),
          "given back",
          leftOut ->
              LOG.warn(
                  "{}: a failed message could be neither delayed nor parked; it goes back to queue"
                      + " '{}': {}{}",
                  name,
                  SafeText.of(delivery.queue()),
                  SafeText.of(cause.getMessage()),
                  leftOut));
      // At once it would be back at once.
      LockSupport.parkNanos(requeuePause.toNanos());
      return new Recovered(Outcome.REQUEUE, true, false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Recovered(Outcome.REQUEUE, true, false);
    }
  }

  /** Which attempt this is. A sender can't buy more of them by a header that makes no sense. */
  static int attempt(Delivery delivery) {
    Object header = delivery.message().headers().get(Headers.ATTEMPT);
    if (header == null) {
      return 1;
    }
    long attempt =
        header instanceof Integer || header instanceof Long ? ((Number) header).longValue() : -1;
    return attempt < 1 || attempt > RetryPolicy.MAX_ATTEMPTS
        ? RetryPolicy.MAX_ATTEMPTS
        : (int) attempt;
  }

  private Optional<Duration> pause(Failure failure, int attempt) {
    HandlerInfo handler = failure.handler();
    Optional<RetryPolicy> policy =
        handler == null || handler.retry().isEmpty() ? standard : handler.retry();
    return failure
        .passing()
        .flatMap(
            cause -> policy.filter(p -> !p.isInPlace()).flatMap(p -> p.pauseAfter(attempt, cause)));
  }

  private void retry(Delivery delivery, List<Failure> failures, int attempt, Duration pause)
      throws ExecutionException, TimeoutException, InterruptedException {
    Map<String, Object> headers = headers(delivery);
    headers.put(Headers.ATTEMPT, attempt + 1);
    headers.put(Headers.HANDLERS, ids(failures));
    if (delivery.deadlineNanos() != null) {
      // By our clock: the broker no longer helps where the sender's is another.
      headers.put(Deadline.HEADER, Deadline.headerFor(delivery.deadlineNanos()));
    }
    await(
        transport.publishLater(
            Destination.queue(delivery.queue()),
            message(delivery, headers),
            pause.compareTo(Delays.MAX) > 0 ? Delays.MAX : pause,
            Transport.MAX_PATIENCE));
    LOG.info(
        "{}: attempt {} failed; the next one follows after {} ms", name, attempt, pause.toMillis());
  }

  private void park(
      Delivery delivery, @Nullable Message message, List<Failure> failures, int attempt)
      throws ExecutionException, TimeoutException, InterruptedException {
    Failure first = failures.get(0);
    Throwable cause = first.cause();
    Map<String, Object> headers = headers(delivery);
    headers.put(Headers.REASON, first.kind().wireName());
    headers.put(Headers.ERROR, SafeText.of(first.text(), MAX_TEXT));
    if (cause != null) {
      headers.put(Headers.EXCEPTION, cause.getClass().getName());
    }
    headers.put(Headers.HANDLERS, ids(failures));
    headers.put(Headers.ATTEMPT, attempt);
    headers.put(Headers.PARKED_AT, System.currentTimeMillis());
    headers.put(Headers.PARKED_ID, UUID.randomUUID().toString());
    if (message != null) {
      headers.put(Headers.SENDER, sender(message));
    }
    String parked = parkedName(delivery.queue());
    await(
        transport.publish(
            Destination.queue(parked), message(delivery, headers), true, Transport.MAX_PATIENCE));
    warnings.warn(
        delivery.queue(),
        first.kind().wireName(),
        leftOut ->
            LOG.warn(
                "{}: parked a message in '{}' after attempt {}: {}: {}{}",
                name,
                SafeText.of(parked),
                attempt,
                first.kind().wireName(),
                SafeText.of(first.text()),
                leftOut));
  }

  private static void await(CompletableFuture<Void> published)
      throws ExecutionException, TimeoutException, InterruptedException {
    published.get(PUBLISH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The message as it goes on, kept by durable queues, and living as long as it has to. */
  private static RawMessage message(Delivery delivery, Map<String, Object> headers) {
    return delivery.message().toBuilder()
        // The broker would take it from nobody else.
        .userId(null)
        .expiration(null)
        .persistent(true)
        .headers(headers)
        .build();
  }

  /** What the sender said, and where it said it to, without what brokers write. */
  private static Map<String, Object> headers(Delivery delivery) {
    Map<String, Object> headers = new LinkedHashMap<>();
    delivery
        .message()
        .headers()
        .forEach(
            (header, value) -> {
              if (!BROKERS.contains(header) && !Delays.isHeader(header)) {
                headers.put(header, value);
              }
            });
    if (HeaderSize.of(headers) > MAX_HEADERS) {
      headers.clear();
    }
    headers.put(Headers.QUEUE, delivery.queue());
    headers.putIfAbsent(Headers.EXCHANGE, delivery.exchange());
    headers.putIfAbsent(Headers.ROUTING_KEY, delivery.routingKey());
    String userId = delivery.message().userId();
    if (userId != null) {
      headers.put(Headers.USER_ID, userId);
    }
    return headers;
  }

  private static List<String> ids(List<Failure> failures) {
    List<String> ids = new ArrayList<>();
    for (Failure failure : failures) {
      if (failure.handler() != null) {
        ids.add(failure.handler().id());
      }
    }
    return ids;
  }

  private static Map<String, Object> sender(Message message) {
    Map<String, Object> sender = new LinkedHashMap<>();
    message
        .fingerprint()
        .forEach(
            (key, value) -> {
              if (value instanceof String && sender.size() < 10 && key.length() < 50) {
                sender.put(key, SafeText.of(value));
              }
            });
    return sender;
  }
}
