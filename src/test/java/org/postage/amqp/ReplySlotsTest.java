package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.amqp.FakeConnection.FakeChannel;
import org.postage.states.RandomEvents;
import org.postage.states.RandomEvents.Event;
import org.postage.transport.ManualTimer;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;

/** About {@link ReplySlots}, whatever calls, the connection and the broker do. */
class ReplySlotsTest {
  private static final int MAX_EVENTS = 15;
  private static final int MAX = 3;
  private static final Duration NOW = Duration.ofNanos(1);

  private enum Kind {
    TAKE,
    CANCEL,
    GIVE_BACK,
    DISCARD,
    DELIVER,
    RUN,
    OPEN,
    LOST,
    BLOCK,
    FAIL,
    QUEUE_DELETED,
    CLOSE
  }

  private static final List<Kind> KINDS = new ArrayList<>();

  static {
    for (Kind kind : Kind.values()) {
      int often =
          switch (kind) {
            case TAKE, RUN -> 8;
            case OPEN, GIVE_BACK, DISCARD -> 4;
            case CLOSE -> 1;
            default -> 2;
          };
      for (int i = 0; i < often; i++) {
        KINDS.add(kind);
      }
    }
  }

  @Test
  void everyAddressHasOneOwnerAndWhoeverWaitsGetsOne() {
    RandomEvents.play(KINDS, MAX_EVENTS, events -> new Model().play(events));
  }

  @Test
  void anyNumberMayWaitAndLosePatience() {
    ReplySlots slots = new ReplySlots(link(new ManualTimer(false)), MAX);
    int many = 100_000;

    // Looking through all of them each time would take minutes.
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          List<CompletableFuture<ReplyAddress>> waiting = new ArrayList<>();
          for (int i = 0; i < many; i++) {
            boolean isFresh = i % 2 == 0;
            waiting.add(slots.take(new Owner(), () -> isFresh));
          }
          waiting.forEach(each -> each.cancel(false));
        });
  }

  @Test
  void addressThatWasUsedFindsWhoMayHaveItAmongAnyNumberThatWantAFreshOne() throws Exception {
    ManualTimer loop = new ManualTimer(false);
    ReplySlots slots = new ReplySlots(link(loop), 1);
    CompletableFuture<ReplyAddress> first = slots.take(new Owner(), () -> true);
    slots.open(new FakeConnection().broker);
    loop.advance(NOW);
    for (int i = 0; i < 10_000; i++) {
      slots.take(new Owner(), () -> true);
    }

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          CompletableFuture<ReplyAddress> used = first;
          for (int i = 0; i < 10_000; i++) {
            CompletableFuture<ReplyAddress> next = slots.take(new Owner(), () -> false);
            used.join().giveBack();
            assertThat(next).isDone();
            used = next;
          }
        });
  }

  @Test
  void whoWantedAFreshAddressTakesAUsedOneWhenThatWillDo() throws Exception {
    ManualTimer loop = new ManualTimer(false);
    ReplySlots slots = new ReplySlots(link(loop), 1);
    AtomicBoolean isUnknown = new AtomicBoolean(true);
    CompletableFuture<ReplyAddress> first = slots.take(new Owner(), isUnknown::get);
    CompletableFuture<ReplyAddress> second = slots.take(new Owner(), isUnknown::get);
    CompletableFuture<ReplyAddress> third = slots.take(new Owner(), () -> true);
    slots.open(new FakeConnection().broker);
    loop.advance(NOW);
    ReplyAddress address = first.join();

    isUnknown.set(false);
    address.giveBack();
    assertThat(second).isCompletedWithValue(address);

    address.giveBack();
    loop.advance(NOW);
    assertThat(third.join()).isNotSameAs(address);
    assertThat(third.join().isFresh()).isTrue();
  }

  private static Link link(ManualTimer loop) {
    return new Link(
        "test",
        ConnectionSettings.builder().build(),
        new LinkLoop("test", loop, loop),
        Duration.ofMinutes(1));
  }

  /** A call, as far as addresses see one. */
  private static final class Owner implements ReplyAddress.Listener {
    boolean wantsFresh;
    CompletableFuture<ReplyAddress> address = new CompletableFuture<>();
    boolean isLost;
    boolean hasEnded;
    int heard;

    @Override
    public void onReply(RawMessage reply) {
      heard++;
    }

    @Override
    public void onLost(Throwable cause) {
      isLost = true;
    }

    @Nullable ReplyAddress owned() {
      return !address.isDone() || address.isCompletedExceptionally() || isLost || hasEnded
          ? null
          : address.join();
    }

    boolean isWaiting() {
      return !address.isDone();
    }
  }

  private static final class Model {
    private final ManualTimer loop = new ManualTimer(false);
    private final ReplySlots slots = new ReplySlots(link(loop), MAX);
    private final List<Owner> owners = new ArrayList<>();
    private final List<FakeConnection> connections = new ArrayList<>();
    private boolean isOpen;
    private boolean isClosed;

    void play(List<Event<Kind>> events) {
      for (Event<Kind> event : events) {
        happen(event);
        checkOwners();
      }
      // Now all goes well, and whoever still waits gets an address.
      lose();
      open();
      connections.get(connections.size() - 1).isFailing = false;
      for (int i = 0; i < 2 * owners.size() + 2; i++) {
        loop.advance(NOW);
        checkOwners();
        owners.forEach(owner -> end(owner, false));
      }
      for (Owner owner : owners) {
        check(!owner.isWaiting(), "waits for ever");
      }
      loop.advance(NOW);
      int left = connections.get(connections.size() - 1).last().consumers.size();
      check(left <= MAX, "more queues than allowed");
    }

    private void happen(Event<Kind> event) {
      int number = event.number();
      switch (event.kind()) {
        case TAKE -> {
          Owner owner = new Owner();
          owner.wantsFresh = number % 2 == 0;
          owner.address = slots.take(owner, () -> owner.wantsFresh);
          check(!isClosed || owner.address.isCompletedExceptionally(), "taken though closed");
          owners.add(owner);
        }
        case CANCEL -> {
          if (!owners.isEmpty()) {
            event.oneOf(owners).address.cancel(false);
          }
        }
        case GIVE_BACK, DISCARD -> {
          if (!owners.isEmpty()) {
            end(event.oneOf(owners), event.kind() == Kind.GIVE_BACK);
          }
        }
        case DELIVER -> deliver(event);
        case RUN -> loop.advance(NOW);
        case OPEN -> open();
        case LOST -> lose();
        case BLOCK -> slots.blocked(number % 2 == 0 ? "alarm" : null);
        case FAIL -> {
          if (isOpen) {
            connections.get(connections.size() - 1).isFailing = number % 2 == 0;
          }
        }
        case QUEUE_DELETED -> deleteQueue(event);
        case CLOSE -> {
          isClosed = true;
          slots.close();
        }
      }
    }

    private static void end(Owner owner, boolean givesBack) {
      ReplyAddress address = owner.owned();
      if (address != null) {
        owner.hasEnded = true;
        if (givesBack) {
          address.giveBack();
        } else {
          address.discard();
        }
      }
    }

    private void open() {
      if (isOpen) {
        return;
      }
      FakeConnection connection = new FakeConnection();
      connections.add(connection);
      isOpen = true;
      try {
        slots.open(connection.broker);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private void lose() {
      if (isOpen) {
        isOpen = false;
        connections.get(connections.size() - 1).last().isOpen = false;
        slots.lost(new EOFException());
        for (Owner owner : owners) {
          check(owner.owned() == null, "not told that its address is lost");
        }
      }
    }

    private List<String> queues() {
      return isOpen ? List.copyOf(channel().consumers.keySet()) : List.of();
    }

    private FakeChannel channel() {
      return connections.get(connections.size() - 1).last();
    }

    private void deliver(Event<Kind> event) {
      List<String> queues = queues();
      if (queues.isEmpty()) {
        return;
      }
      String queue = event.oneOf(queues);
      int before = owners.stream().mapToInt(owner -> owner.heard).sum();
      try {
        consumer(queue)
            .handleDelivery(
                "tag", new Envelope(1, false, "", queue), new BasicProperties(), new byte[0]);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      int heard = owners.stream().mapToInt(owner -> owner.heard).sum() - before;
      boolean isOwned =
          owners.stream()
              .map(Owner::owned)
              .anyMatch(address -> address != null && address.name().equals(queue));
      check(heard == (isOwned ? 1 : 0), "an answer did not go to its address's owner");
    }

    private void deleteQueue(Event<Kind> event) {
      List<String> queues = queues();
      if (!queues.isEmpty()) {
        String queue = event.oneOf(queues);
        Consumer consumer = consumer(queue);
        channel().consumers.remove(queue);
        long told = owners.stream().filter(owner -> owner.isLost).count();
        try {
          consumer.handleCancel("tag");
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        check(
            told == owners.stream().filter(owner -> owner.isLost).count(),
            "told on the thread that reads from the socket");
        loop.advance(NOW);
      }
    }

    private Consumer consumer(String queue) {
      Consumer consumer = channel().consumers.get(queue);
      if (consumer == null) {
        throw new AssertionError("no consumer of " + queue);
      }
      return consumer;
    }

    private void checkOwners() {
      Set<ReplyAddress> owned = new HashSet<>();
      for (Owner owner : owners) {
        ReplyAddress address = owner.owned();
        if (address != null) {
          check(owned.add(address), "one address, two owners");
          check(!owner.wantsFresh || address.isFresh(), "used, and a fresh one was wanted");
          check(queues().contains(address.name()), "owned, and its queue is gone");
        }
      }
      check(owned.size() <= MAX, "more addresses than allowed");
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
