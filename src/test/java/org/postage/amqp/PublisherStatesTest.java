package org.postage.amqp;

import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.states.RandomEvents;
import org.postage.states.RandomEvents.Event;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.NackedException;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.RawMessage;
import org.postage.transport.UnroutableException;

/**
 * About {@link OutgoingMessages}, {@link ConfirmWindow} and {@link PendingPublish}: what is
 * published through them, whatever the broker, the connection and the clock do.
 */
class PublisherStatesTest {
  private static final int MAX = 4;
  private static final int MAX_EVENTS = 25;
  private static final long TICK = Duration.ofSeconds(1).toNanos();
  private static final Destination SOMEWHERE = Destination.queue("q");
  private static final Destination NOWHERE = Exchange.direct("x").withKey("nobody");

  private enum Kind {
    PUBLISH,
    WRITE,
    CONFIRM,
    SETTLE,
    RETURN,
    CANCEL,
    TICK,
    RESUME,
    BLOCK,
    UNBLOCK,
    LOSE_CHANNEL,
    LOSE_CONNECTION,
    SUSPEND,
    OPEN,
    CLOSE
  }

  private static final List<Kind> KINDS = new ArrayList<>();

  static {
    for (Kind kind : Kind.values()) {
      int often =
          switch (kind) {
            case PUBLISH, CONFIRM -> 8;
            case WRITE, OPEN -> 6;
            case CLOSE -> 0;
            default -> 2;
          };
      for (int i = 0; i < often; i++) {
        KINDS.add(kind);
      }
    }
    KINDS.add(Kind.CLOSE);
  }

  @Test
  void everySendEndsOnceAndAsTheBrokerSaid() {
    RandomEvents.play(KINDS, MAX_EVENTS, events -> new Model().play(events));
  }

  /** A message as the test sees it. */
  private static final class Sent {
    final PendingPublish publish;
    // Where it stands in the order of writing: anew, when it was put at the end.
    long position;
    boolean isSettled;
    // A channel was lost before it answered for a copy of this.
    boolean mayHaveArrived;

    Sent(PendingPublish publish, long position) {
      this.publish = publish;
      this.position = position;
    }
  }

  /** What a confirmation took out, on the thread that is about to settle it. */
  private record Taken(Written written, boolean isAck) {}

  /** One time that it was written. */
  private static final class Written {
    final Sent sent;
    final long position;
    boolean isReturned;
    boolean isAnswered;

    Written(Sent sent) {
      this.sent = sent;
      position = sent.position;
    }

    boolean isToBeReturned() {
      return sent.publish.isMandatory && sent.publish.to.equals(NOWHERE) && !isReturned;
    }
  }

  /** A channel, and what the broker at its end knows. */
  private static final class Generation {
    final Channel channel = OutgoingMessagesTest.channel();
    final ConfirmWindow window = new ConfirmWindow(MAX);
    final List<Written> written = new ArrayList<>();
    boolean isLost;
    boolean isSuspended;
  }

  private static final class Model {
    // All deadlines lie in the past, so that nobody waits for room: the clock here is the test's.
    private long now = System.nanoTime() - Duration.ofHours(1).toNanos();
    private final OutgoingMessages outgoing = new OutgoingMessages(MAX);
    private final List<Sent> all = new ArrayList<>();
    private final List<Sent> postponed = new ArrayList<>();
    private final List<Taken> taken = new ArrayList<>();
    private final List<Generation> generations = new ArrayList<>();
    private @Nullable Generation current;
    private boolean isBlocked;
    private boolean isClosed;
    private long positions;

    void play(List<Event<Kind>> events) {
      for (Event<Kind> event : events) {
        happen(event);
        int outstanding = 0;
        for (Sent sent : all) {
          outstanding += isOutstanding(sent) ? 1 : 0;
        }
        check(outstanding <= MAX, "more outstanding than the window holds");
      }
      close();
      settleTaken();
      for (Sent sent : all) {
        check(sent.publish.outcome.isDone(), "never completed");
        check(
            !sent.mayHaveArrived
                || List.of(Void.class, OutcomeUnknownException.class, CancellationException.class)
                    .contains(outcome(sent)),
            "said to have not arrived, and may have: " + outcome(sent));
      }
      check(outgoing.flush(Duration.ZERO), "something is left after closing");
    }

    private boolean isOutstanding(Sent sent) {
      return !sent.publish.outcome.isDone() && !isTaken(sent);
    }

    private boolean isTaken(Sent sent) {
      for (Taken each : taken) {
        if (each.written.sent == sent) {
          return true;
        }
      }
      return false;
    }

    private void happen(Event<Kind> event) {
      switch (event.kind()) {
        case PUBLISH -> publish(event.number());
        case WRITE -> write(1 + event.number() % MAX);
        case CONFIRM -> confirm(event);
        case SETTLE -> settleTaken();
        case RETURN -> returnNext();
        case CANCEL -> {
          if (!all.isEmpty()) {
            event.oneOf(all).publish.outcome.cancel(false);
          }
        }
        case TICK -> tick();
        case RESUME -> {
          if (!postponed.isEmpty()) {
            resume(postponed.remove(event.number() % postponed.size()));
          }
        }
        case BLOCK -> block("alarm");
        case UNBLOCK -> block(null);
        case LOSE_CHANNEL -> lose(true, event.number());
        case LOSE_CONNECTION -> lose(false, event.number());
        case SUSPEND -> suspend(event.number());
        case OPEN -> open();
        case CLOSE -> close();
      }
    }

    private void publish(int number) {
      // Few ids, so that some are on their way twice, and some have none.
      String id = number % 4 == 0 ? null : "id-" + number % 4;
      PendingPublish publish =
          new PendingPublish(
              number % 3 == 0 ? NOWHERE : SOMEWHERE,
              RawMessage.of(new byte[0]).messageId(id).build(),
              number % 5 != 0,
              now + (1 + number % 7) * TICK);
      try {
        outgoing.add(publish);
        check(!isClosed, "taken though closed");
        all.add(new Sent(publish, positions++));
      } catch (NotSentException e) {
        check(!isClosed, "closed, and waited for room");
      } catch (IllegalStateException e) {
        check(isClosed, "refused though open");
      }
      write(number % 2);
    }

    private void write(int count) {
      for (int i = 0; i < count; i++) {
        OutgoingMessages.Next next = outgoing.next();
        if (next == null) {
          return;
        }
        Generation to = current;
        if (to == null || to.isLost || to.isSuspended) {
          throw new AssertionError("written without a channel");
        }
        check(!isBlocked, "written though the broker does not read");
        check(!isClosed, "written after closing");
        check(next.channel() == to.channel, "written to another channel");
        Sent sent = sent(next.publish());
        check(!sent.isSettled && !sent.publish.outcome.isDone(), "written though it has ended");
        for (Written earlier : to.written) {
          check(earlier.sent != sent || earlier.isAnswered, "written twice");
          check(earlier.position < sent.position, "written out of order");
          check(
              earlier.isAnswered
                  || !isOutstanding(earlier.sent)
                  || !(earlier.sent.publish.isSuspect() || sent.publish.isSuspect()),
              "a suspect is not alone");
        }
        to.written.add(new Written(sent));
      }
    }

    // What was on its way when a channel died may still come: of any channel, and any number.
    private void confirm(Event<Kind> event) {
      if (generations.isEmpty()) {
        return;
      }
      int number = event.number();
      Generation from =
          number % 4 == 0 ? event.oneOf(generations) : generations.get(generations.size() - 1);
      int upTo = number / 4 % (from.written.size() + 2);
      boolean isMultiple = number % 3 == 0;
      boolean isAck = number % 7 != 0;
      List<Written> meant = new ArrayList<>();
      for (int n = isMultiple ? 1 : Math.max(1, upTo); n <= upTo; n++) {
        if (n <= from.written.size()) {
          meant.add(from.written.get(n - 1));
        }
      }
      while (isAck && meant.stream().anyMatch(Written::isToBeReturned)) {
        returnNext(from);
      }
      OutgoingMessages.Answered answered =
          isAck
              ? outgoing.acked(from.window, upTo, isMultiple, now)
              : outgoing.nacked(from.window, upTo, isMultiple, now);
      for (PendingPublish publish : answered.ended()) {
        check(
            isAck || publish.outcome.isDone() || publish.isOverdue(now),
            "told of a refusal before its time was over");
        taken.add(new Taken(taken(publish, from, meant), isAck));
      }
      for (PendingPublish publish : answered.postponed()) {
        Written written = taken(publish, from, meant);
        check(!isAck || written.isReturned, "tried again though the broker has it");
        postponed.add(written.sent);
      }
      if (number % 2 == 0) {
        settleTaken();
      }
      meant.forEach(written -> written.isAnswered = true);
    }

    private static Written taken(PendingPublish publish, Generation from, List<Written> meant) {
      check(!from.isLost, "taken out by a lost channel's confirmation");
      return meant.stream()
          .filter(each -> each.sent.publish == publish && !each.isAnswered)
          .findFirst()
          .orElseThrow(() -> new AssertionError("taken out by another's confirmation"));
    }

    private void settleTaken() {
      taken.forEach(this::settle);
      taken.clear();
    }

    private void settle(Taken each) {
      Written written = each.written;
      boolean isAck = each.isAck;
      Sent sent = written.sent;
      PendingPublish publish = sent.publish;
      ended(sent);
      boolean wasDone = publish.outcome.isDone();
      publish.end();
      if (wasDone) {
        return;
      }
      Class<?> expected =
          !isAck
              ? NackedException.class
              : written.isReturned ? UnroutableException.class : Void.class;
      if (sent.mayHaveArrived && expected != Void.class) {
        expected = OutcomeUnknownException.class;
      }
      Class<?> outcome = outcome(sent);
      check(outcome == expected, "ended with " + outcome + ", expected " + expected);
    }

    private static Class<?> outcome(Sent sent) {
      return sent.publish.outcome.handle((v, e) -> e == null ? Void.class : e.getClass()).join();
    }

    private void returnNext() {
      if (current != null) {
        returnNext(current);
      }
    }

    // A broker returns in the order of publishing.
    private void returnNext(Generation from) {
      from.written.stream()
          .filter(Written::isToBeReturned)
          .findFirst()
          .ifPresent(
              written -> {
                written.isReturned = true;
                PendingPublish publish = written.sent.publish;
                outgoing.returned(
                    from.window,
                    publish.message.messageId(),
                    publish.to.exchange().name(),
                    publish.to.routingKey());
              });
    }

    private void tick() {
      now += 2 * TICK;
      for (PendingPublish publish : outgoing.takeIf(each -> each.isOverdue(now))) {
        ended(sent(publish));
        publish.abandoned("late", null);
      }
      for (Sent sent : all) {
        check(!isOutstanding(sent) || !sent.publish.isOverdue(now), "overdue and not ended");
      }
    }

    private void resume(Sent sent) {
      sent.position = positions++;
      outgoing.resume(sent.publish);
    }

    private void block(@Nullable String reason) {
      if (current != null) {
        isBlocked = reason != null;
        outgoing.blocked(reason);
      }
    }

    private void lose(boolean isChannelOnly, int number) {
      Generation lost = current;
      if (lost == null) {
        return;
      }
      lost.isLost = true;
      current = null;
      List<PendingPublish> refused =
          outgoing.lost(
              publish ->
                  isChannelOnly
                      && (number % 2 == 0 ? isGuilty(publish, lost) : publish.to.equals(NOWHERE)));
      for (PendingPublish publish : refused) {
        ended(sent(publish));
        publish.refused("no such exchange", null);
      }
      for (Written written : lost.written) {
        written.sent.mayHaveArrived |= !written.isAnswered && isOutstanding(written.sent);
      }
      if (!isChannelOnly) {
        isBlocked = false;
        outgoing.blocked(null);
      }
    }

    private boolean isGuilty(PendingPublish publish, Generation lost) {
      publish.channelClosed();
      check(
          !publish.isGuilty() || lost.written.get(lost.written.size() - 1) == lastOf(publish, lost),
          "given up for another's sake");
      return publish.isGuilty();
    }

    private static @Nullable Written lastOf(PendingPublish publish, Generation in) {
      Written last = null;
      for (Written written : in.written) {
        if (written.sent.publish == publish) {
          last = written;
        }
      }
      return last;
    }

    // A write failed: either the channel turned out to be closed, or the client refused this one.
    private void suspend(int number) {
      Generation broken = number % 4 == 0 && !generations.isEmpty() ? generations.get(0) : current;
      if (broken == null) {
        return;
      }
      outgoing.suspend(broken.channel);
      broken.isSuspended = true;
      if (number % 2 == 0 && !broken.written.isEmpty()) {
        PendingPublish bad = broken.written.get(broken.written.size() - 1).sent.publish;
        for (PendingPublish publish : outgoing.takeIf(each -> each == bad)) {
          ended(sent(publish));
          publish.refused("not writable", null);
        }
      }
    }

    private void open() {
      if (current == null && !isClosed) {
        current = new Generation();
        generations.add(current);
        outgoing.open(current.channel, current.window);
      }
    }

    private void close() {
      isClosed = true;
      for (PendingPublish publish : outgoing.close()) {
        ended(sent(publish));
        publish.abandoned("closed", null);
      }
    }

    private void ended(Sent sent) {
      check(!sent.isSettled, "ended twice");
      sent.isSettled = true;
    }

    private Sent sent(PendingPublish publish) {
      for (Sent sent : all) {
        if (sent.publish == publish) {
          return sent;
        }
      }
      throw new AssertionError("never published");
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
