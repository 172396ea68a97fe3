package org.postage.producer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.states.RandomEvents;
import org.postage.states.RandomEvents.Event;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.InMemoryTransport;
import org.postage.transport.InMemoryTransport.Published;
import org.postage.transport.ManualTimer;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.RawMessage;
import org.postage.transport.UnroutableException;

/**
 * About {@link Call} and {@link Requests}, whatever servers, the connection, the clock and the
 * executor do: a reply never reaches another call, each call ends in its time, and nothing is left
 * behind.
 */
class CallStatesTest {
  private static final int MAX_EVENTS = 25;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Exchange EXCHANGE = Exchange.direct("x");
  private static final Encoders ENCODERS = Encoders.of(List.of(new JsonEncoder()));

  private enum Kind {
    START,
    ANSWER,
    TIME,
    RUN,
    PUBLISHING,
    CONFIRM,
    CANCEL,
    LOSE,
    HOLD,
    RELEASE,
    REJECT,
    CLOSE
  }

  private static final List<Kind> KINDS = new ArrayList<>();

  static {
    for (Kind kind : Kind.values()) {
      int often =
          switch (kind) {
            case START, ANSWER, TIME, RUN -> 8;
            case PUBLISHING, CONFIRM, LOSE, RELEASE -> 4;
            case CANCEL, HOLD, REJECT -> 2;
            case CLOSE -> 1;
          };
      for (int i = 0; i < often; i++) {
        KINDS.add(kind);
      }
    }
  }

  @Test
  void everyCallEndsInTimeWithItsOwnReplyWhateverHappens() {
    RandomEvents.play(KINDS, MAX_EVENTS, events -> new Model().play(events));
  }

  private record Started(CompletableFuture<Reply> reply, Duration deadline, int maxSends) {}

  private static final class Model {
    private final InMemoryTransport transport = new InMemoryTransport();
    private final ManualTimer timer = new ManualTimer();
    private final List<Runnable> tasks = new ArrayList<>();
    private final Requests requests = new Requests(transport, ENCODERS, timer, this::execute);
    private final Map<String, Started> calls = new LinkedHashMap<>();
    private final Map<String, Integer> sends = new LinkedHashMap<>();
    private final List<CompletableFuture<Void>> unconfirmed = new ArrayList<>();
    private Duration now = Duration.ZERO;
    private int publishing;
    private boolean isRejecting;
    private boolean isClosed;

    Model() {
      transport.onPublish(this::published);
    }

    void play(List<Event<Kind>> events) {
      for (Event<Kind> event : events) {
        happen(event);
      }
      transport.releaseAddresses();
      runAll();
      pass(Duration.ofSeconds(10));
      runAll();
      calls.forEach(
          (id, call) -> {
            if (!call.reply.isCompletedExceptionally()) {
              String answer = new String(call.reply.join().raw().body(), UTF_8);
              check(answer.equals(id), "a reply reached another call");
            }
          });
      check(timer.waiting() == 0, "a timer is left behind");
      check(transport.owned().isEmpty(), "an address is left behind");
    }

    private void happen(Event<Kind> event) {
      int number = event.number();
      switch (event.kind()) {
        case START -> start(number);
        case ANSWER -> answer(event);
        case TIME -> pass(Duration.ofMillis(number % 700));
        case RUN -> run(number);
        case PUBLISHING -> publishing = number;
        case CONFIRM -> confirm(number);
        case CANCEL -> {
          if (!calls.isEmpty()) {
            event.oneOf(List.copyOf(calls.values())).reply.cancel(false);
          }
        }
        case LOSE -> transport.lose(new EOFException());
        case HOLD -> transport.holdAddresses();
        case RELEASE -> transport.releaseAddresses();
        case REJECT -> isRejecting = number % 2 == 0;
        case CLOSE -> {
          isClosed = true;
          requests.close();
        }
      }
    }

    private void start(int number) {
      String id = "id-" + calls.size();
      int maxRetry = number / 3 % 3;
      Publication publication =
          new Publication(
              Message.rpc("call"),
              List.of(EXCHANGE.withKey("server-" + number % 3)),
              Publication.ReplyMode.ONE,
              SECOND,
              maxRetry,
              false,
              null,
              Map.of(),
              null);
      sends.put(id, 0);
      Started call =
          new Started(
              new CompletableFuture<>(), now.plus(SECOND.multipliedBy(maxRetry + 1)), maxRetry + 1);
      // It may be over before it is returned.
      try {
        CompletableFuture<Reply> reply =
            requests.send(
                publication, RawMessage.of(id.getBytes(UTF_8)).messageId(id).correlationId(id), id);
        check(!isClosed, "started though closed");
        calls.put(id, new Started(reply, call.deadline, call.maxSends));
      } catch (IllegalStateException e) {
        check(isClosed, "refused though open");
      }
    }

    private CompletableFuture<Void> published(Published request) {
      String id = request.correlationId();
      Started call = calls.get(id);
      check(call == null || !call.reply.isDone(), "sent though the call has ended");
      int sent = sends.merge(id, 1, Integer::sum);
      check(call == null || sent <= call.maxSends, "sent too often");
      check(transport.owned().contains(request.replyTo()), "sent with an address that is gone");
      Destination to = request.to();
      return switch (publishing % 6) {
        case 0 -> CompletableFuture.failedFuture(new UnroutableException(to, id));
        case 1 -> throw new NotSentException("full", to, id);
        case 2, 3 -> {
          CompletableFuture<Void> later = new CompletableFuture<>();
          unconfirmed.add(later);
          yield later;
        }
        default -> CompletableFuture.completedFuture(null);
      };
    }

    private void confirm(int number) {
      if (unconfirmed.isEmpty()) {
        return;
      }
      CompletableFuture<Void> published = unconfirmed.remove(number % unconfirmed.size());
      Destination to = Destination.queue("q");
      switch (number % 4) {
        case 0 -> published.completeExceptionally(new UnroutableException(to, "id"));
        case 1 -> published.completeExceptionally(new OutcomeUnknownException("late", to, "id"));
        default -> published.complete(null);
      }
    }

    // Any request ever sent, also one that was answered before: servers are as bad as they can be.
    private void answer(Event<Kind> event) {
      List<Published> sent = transport.published();
      if (sent.isEmpty()) {
        return;
      }
      Published request = event.oneOf(sent);
      boolean correlates =
          switch (request.to().routingKey()) {
            case "server-0" -> false;
            case "server-1" -> true;
            default -> event.number() % 2 == 0;
          };
      transport.deliver(
          request.replyTo(),
          RawMessage.of(request.message().body())
              .correlationId(correlates ? request.correlationId() : null)
              .build());
    }

    private void pass(Duration time) {
      now = now.plus(time);
      timer.advance(time);
      for (Started call : calls.values()) {
        check(call.reply.isDone() || call.deadline.compareTo(now) > 0, "overdue and not ended");
      }
    }

    private void execute(Runnable task) {
      if (isRejecting) {
        throw new RejectedExecutionException();
      }
      tasks.add(task);
    }

    private void run(int number) {
      if (!tasks.isEmpty()) {
        tasks.remove(number % tasks.size()).run();
      }
    }

    private void runAll() {
      while (!tasks.isEmpty()) {
        run(0);
      }
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
