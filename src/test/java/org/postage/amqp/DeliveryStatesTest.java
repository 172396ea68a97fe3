package org.postage.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.postage.amqp.FakeConnection.FakeChannel;
import org.postage.amqp.FakeConnection.Settled;
import org.postage.states.RandomEvents;
import org.postage.states.RandomEvents.Event;
import org.postage.topology.Exchange;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.Delivery;
import org.postage.transport.ManualTimer;
import org.postage.transport.Outcome;

/**
 * About {@link QueueConsumer}, {@link Acks} and {@link QueueSubscription}, whatever handlers, the
 * executor, the channel and stopping do, also while a handler runs: a delivery is settled once at
 * most, on the channel that it came from, as its handler said.
 */
@SuppressWarnings("EnumOrdinal") // The events carry numbers.
class DeliveryStatesTest {
  private static final int MAX_EVENTS = 20;
  private static final String QUEUE = "q";
  private static final BasicProperties PROPERTIES = new BasicProperties();

  private enum Kind {
    DELIVER,
    RUN,
    EXECUTOR,
    CHANNEL_DIES,
    LOST,
    OPEN,
    CANCELLED,
    TIME,
    STOP
  }

  private static final List<Kind> KINDS = new ArrayList<>();

  static {
    for (Kind kind : Kind.values()) {
      int often =
          switch (kind) {
            case DELIVER, RUN -> 8;
            case OPEN -> 4;
            case STOP -> 1;
            default -> 2;
          };
      for (int i = 0; i < often; i++) {
        KINDS.add(kind);
      }
    }
  }

  @Test
  void everyDeliveryIsSettledOnceAtMostAndAsItsHandlerSaid() {
    PrintStream before = System.err;
    // Every refusal of the executor is warned of, and there are many.
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    try {
      RandomEvents.play(KINDS, MAX_EVENTS, events -> new Model().play(events));
    } finally {
      System.setErr(before);
    }
  }

  private record Tag(FakeChannel channel, long number) {}

  private static final class Model {
    private final ManualTimer clock = new ManualTimer();
    private final Link link =
        new Link(
            "test",
            ConnectionSettings.builder().build(),
            new LinkLoop("test", clock, clock),
            Duration.ofMinutes(1));
    private final FakeConnection connection = new FakeConnection();
    private final List<Runnable> tasks = new ArrayList<>();
    private final Deque<Event<Kind>> events = new ArrayDeque<>();
    private final List<Tag> delivered = new ArrayList<>();
    private final Map<Tag, Outcome> handled = new HashMap<>();
    private final QueueSubscription subscription =
        new QueueSubscription(
            link,
            new Declarer(),
            new ConsumeOptions(
                "test",
                List.of(Exchange.DEFAULT.to(QUEUE, QUEUE)),
                6, // Three acknowledgements are gathered.
                (delivery, task) -> execute(task)),
            this::handle);
    private int executor;
    private boolean isStopped;
    // What a handler throws is caught.
    private String violation = "";

    void play(List<Event<Kind>> all) {
      events.addAll(all);
      while (!events.isEmpty()) {
        happen(events.remove());
      }
      while (!tasks.isEmpty()) {
        tasks.remove(0).run();
      }
      clock.advance(Duration.ofSeconds(1));
      for (FakeChannel channel : connection.channels) {
        checkSettled(channel);
      }
      for (Tag tag : delivered) {
        String how = tag.channel.settled(tag.number);
        check(how != null || !tag.channel.isOpen || isStopped, "never settled");
        String said = String.valueOf(handled.getOrDefault(tag, Outcome.REQUEUE));
        check(how == null || how.equals(said), "not settled as its handler said");
      }
      check(violation.isEmpty(), violation);
      check(subscription.isIdle(), "something counts as unsettled");
      check(clock.waiting() == 0, "a timer is left behind");
    }

    private static void checkSettled(FakeChannel channel) {
      Set<Long> seen = new HashSet<>();
      for (Settled settled : channel.settled) {
        check(seen.add(settled.tag()), "settled twice");
      }
    }

    private void happen(Event<Kind> event) {
      int number = event.number();
      switch (event.kind()) {
        case DELIVER -> deliver(event);
        case RUN -> {
          if (!tasks.isEmpty()) {
            tasks.remove(number % tasks.size()).run();
          }
        }
        case EXECUTOR -> executor = number;
        case CHANNEL_DIES -> {
          if (!connection.channels.isEmpty()) {
            connection.last().isOpen = false;
          }
        }
        case LOST -> subscription.lost(new EOFException());
        case OPEN -> open();
        case CANCELLED -> consumers().forEach(consumer -> cancelled(consumer));
        case TIME -> clock.advance(Duration.ofMillis(number % 700));
        case STOP -> {
          isStopped = true;
          subscription.stop(Duration.ZERO, () -> {}, Duration.ZERO);
        }
      }
    }

    private void open() {
      try {
        subscription.open(connection.broker);
      } catch (IOException | TimeoutException e) {
        throw new AssertionError(e);
      }
    }

    private List<Consumer> consumers() {
      List<Consumer> consumers = new ArrayList<>();
      connection.channels.forEach(channel -> consumers.addAll(channel.consumers.values()));
      return consumers;
    }

    private static void cancelled(Consumer consumer) {
      try {
        consumer.handleCancel("tag");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    // The client also hands over what it had read before a channel died.
    private void deliver(Event<Kind> event) {
      List<FakeChannel> consuming =
          connection.channels.stream().filter(channel -> !channel.consumers.isEmpty()).toList();
      if (consuming.isEmpty()) {
        return;
      }
      FakeChannel channel = event.oneOf(consuming);
      Tag tag = new Tag(channel, channel.nextTag());
      delivered.add(tag);
      byte[] body = ByteBuffer.allocate(4).putInt(delivered.size()).array();
      for (Consumer consumer : List.copyOf(tag.channel.consumers.values())) {
        try {
          consumer.handleDelivery(
              "tag", new Envelope(tag.number, false, "", QUEUE), PROPERTIES, body);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }

    // More may happen while it runs.
    private Outcome handle(Delivery delivery) {
      int number = ByteBuffer.wrap(delivery.message().body()).getInt();
      Tag tag = delivered.get(number - 1);
      Outcome outcome = Outcome.values()[number % Outcome.values().length];
      if (handled.put(tag, outcome) != null) {
        violation = "handled twice";
      } else if (!tag.channel.isOpen) {
        violation = "handled though its channel is gone";
      } else if (tag.channel.settled(tag.number) != null) {
        violation = "handled though it was given back";
      } else if (isStopped) {
        violation = "handled after stopping";
      }
      for (int i = 0; i < number % 3 && !events.isEmpty(); i++) {
        happen(events.remove());
      }
      if (number % 7 == 0) {
        handled.put(tag, Outcome.REJECT);
        throw new IllegalStateException("a handler that fails");
      }
      return outcome;
    }

    private void execute(Runnable task) {
      switch (executor % 6) {
        case 0 -> throw new RejectedExecutionException("full");
        case 1 -> throw new OutOfMemoryError("unable to create native thread");
        case 2 -> {
          tasks.add(task);
          throw new RejectedExecutionException("takes it all the same");
        }
        case 3 -> {
          task.run();
          throw new IllegalStateException("runs it all the same");
        }
        case 4 -> task.run();
        default -> {
          tasks.add(task);
          tasks.add(task);
        }
      }
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
