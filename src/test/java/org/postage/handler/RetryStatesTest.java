package org.postage.handler;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.pipeline.RetryPolicy;
import org.postage.states.RandomEvents;
import org.postage.states.RandomEvents.Event;
import org.postage.topology.Delays;
import org.postage.transport.Delivery;
import org.postage.transport.Headers;
import org.postage.transport.InMemoryTransport;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;
import org.postage.transport.TransportException;

/** Retries and parking, under whatever happens to messages, handlers and the broker. */
@SuppressWarnings("EnumOrdinal") // The events carry numbers.
class RetryStatesTest {
  private static final int ATTEMPTS = 3;
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final RetryPolicy POLICY =
      RetryPolicy.attempts(ATTEMPTS)
          .linear(FIRST, Duration.ofSeconds(1))
          .jitter(0)
          .notOn(Fatal.class);
  private static final Encoders ENCODERS = Encoders.of(List.of(new JsonEncoder()));
  private static final byte[] BODY =
      new JsonEncoder().encode(MessageFormat.toMap(Message.command("work", 1)));
  private static final List<String> HANDLERS = List.of("Worker.a", "Worker.b");

  // Compiled once: it is not what is played.
  private static final Worker WORKER = new Worker();
  private static final HandlerTable TABLE = new HandlerCompiler(ENCODERS).add(WORKER).compile();
  private static final Desk DESK = new Desk();

  static final class Worker {
    private @Nullable Play play;

    @MessageHandler("work")
    void a() throws IOException {
      requireNonNull(play).endFirst();
    }

    @MessageHandler("work")
    void b() throws IOException {
      requireNonNull(play).endSecond();
    }
  }

  private enum Kind {
    SEND,
    DELIVER,
    /** The broker takes nothing at that moment. */
    DELIVER_WITHOUT_BROKER,
    EXPIRE
  }

  private enum Ending {
    GOOD,
    FAILED,
    FATAL,
    REJECTED
  }

  private static final class Failed extends IOException {
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Fatal extends IOException {
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  @Test
  void noHandlerOfNoMessageIsForgottenOrRunTooOften() {
    PrintStream before = System.err;
    // What fails is told of.
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      RandomEvents.play(
          List.of(Kind.SEND, Kind.DELIVER, Kind.DELIVER, Kind.EXPIRE, Kind.DELIVER_WITHOUT_BROKER),
          16,
          events -> new Play().play(events));
    } finally {
      System.setErr(before);
    }
  }

  /** One sequence, on a broker of lists. */
  private static final class Play {
    private final InMemoryTransport transport = new InMemoryTransport();
    private final Dispatcher dispatcher = dispatcher();
    private final List<RawMessage> queue = new ArrayList<>();
    private final List<RawMessage> delayed = new ArrayList<>();
    private final Map<String, Integer> runs = new HashMap<>();
    private final Map<String, Integer> parked = new HashMap<>();
    private final Map<String, Integer> good = new HashMap<>();
    private final Map<String, Integer> requeued = new HashMap<>();
    private int sent;
    private boolean hasBroker = true;
    private String current = "";
    private Ending[] endings = {Ending.GOOD, Ending.GOOD};

    private Dispatcher dispatcher() {
      RetryAndPark recovery =
          new RetryAndPark("play", transport, Optional.of(POLICY), Duration.ZERO);
      return new Dispatcher(
          TABLE,
          new PostageProtocol(ENCODERS, Dispatcher.SERVER_NAMED),
          transport,
          DESK,
          recovery,
          new DeliveryCounts());
    }

    private void endFirst() throws IOException {
      end("Worker.a", endings[0]);
    }

    private void endSecond() throws IOException {
      end("Worker.b", endings[1]);
    }

    private void end(String handler, Ending ending) throws IOException {
      runs.merge(current + handler, 1, Integer::sum);
      switch (ending) {
        case GOOD -> good.merge(current + handler, 1, Integer::sum);
        case FAILED -> throw new Failed();
        case FATAL -> throw new Fatal();
        case REJECTED -> throw new RejectMessage("no");
      }
    }

    void play(List<Event<Kind>> events) {
      WORKER.play = this;
      transport.onPublish(this::publish);
      for (Event<Kind> event : events) {
        switch (event.kind()) {
          case SEND -> queue.add(message("id-" + ++sent));
          case DELIVER -> deliver(event, true);
          case DELIVER_WITHOUT_BROKER -> deliver(event, false);
          case EXPIRE -> expire(event);
        }
      }
      Event<Kind> first = new Event<>(Kind.DELIVER, 0);
      while (!queue.isEmpty() || !delayed.isEmpty()) {
        expire(first);
        deliver(first, true);
      }
      check();
    }

    private static RawMessage message(String id) {
      return RawMessage.of(BODY)
          .messageId(id)
          .expiration(Duration.ofSeconds(1))
          .headers(Map.of("mine", id, "x-death", List.of()))
          .build();
    }

    private void deliver(Event<Kind> event, boolean broker) {
      if (queue.isEmpty()) {
        return;
      }
      RawMessage message = queue.remove(event.number() % queue.size());
      current = String.valueOf(message.messageId());
      hasBroker = broker;
      int number = event.number() / 7;
      endings =
          new Ending[] {
            Ending.values()[number % 4], Ending.values()[number / 4 % 4],
          };
      // Our headers are believed in what came back from a delay only.
      boolean isBack = message.headers().containsKey(Headers.ATTEMPT);
      String exchange = isBack ? Delays.RETURN.name() : "e";
      Outcome outcome = dispatcher.onDelivery(new Delivery(message, "q", exchange, "k", false));
      if (outcome == Outcome.REQUEUE) {
        require(!broker, "given back although the broker took everything");
        requeued.merge(current, 1, Integer::sum);
        queue.add(message);
      } else {
        require(outcome == Outcome.ACK, "neither kept nor given back: " + outcome);
      }
    }

    private CompletableFuture<Void> publish(Published published) {
      if (!hasBroker) {
        return CompletableFuture.failedFuture(new TransportException("no broker"));
      }
      RawMessage message = published.message();
      Map<String, Object> headers = message.headers();
      require(current.equals(message.messageId()), "another id");
      require(Arrays.equals(message.body(), BODY), "another body");
      require(message.isPersistent() && message.expiration() == null, "it may be lost");
      require(current.equals(headers.get("mine")), "the sender's header is gone");
      require(!headers.containsKey("x-death"), "the broker takes it for one in a circle");
      int attempt = headers.get(Headers.ATTEMPT) instanceof Integer number ? number : 0;
      if (published.delay().isZero()) {
        require(published.to().routingKey().equals("q.parked"), "parked elsewhere");
        handlers(message).forEach(each -> parked.merge(current + each, 1, Integer::sum));
      } else {
        require(attempt > 1 && attempt <= ATTEMPTS, "attempt " + attempt);
        require(published.delay().equals(FIRST.multipliedBy(attempt - 1)), "another pause");
        Map<String, Object> asBrokersDo = new LinkedHashMap<>(headers);
        asBrokersDo.put("x-death", List.of(Map.of("queue", "postage.delay.100")));
        asBrokersDo.put("postage-delay-100", true);
        delayed.add(message.toBuilder().headers(asBrokersDo).build());
      }
      return CompletableFuture.completedFuture(null);
    }

    private static List<String> handlers(RawMessage message) {
      return message.headers().get(Headers.HANDLERS) instanceof List<?> ids
          ? ids.stream().map(String::valueOf).toList()
          : HANDLERS;
    }

    private void expire(Event<Kind> event) {
      if (!delayed.isEmpty()) {
        queue.add(delayed.remove(event.number() % delayed.size()));
      }
    }

    private void check() {
      for (int i = 1; i <= sent; i++) {
        String id = "id-" + i;
        int again = requeued.getOrDefault(id, 0);
        for (String handler : HANDLERS) {
          int ends = good.getOrDefault(id + handler, 0) + parked.getOrDefault(id + handler, 0);
          require(ends >= 1, id + " is forgotten for " + handler);
          require(
              runs.getOrDefault(id + handler, 0) <= ATTEMPTS + again, handler + " ran too often");
          // Only a message that went back may end twice.
          require(again > 0 || ends == 1, handler + " ended " + ends + " times with " + id);
        }
      }
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new AssertionError(otherwise);
      }
    }
  }
}
