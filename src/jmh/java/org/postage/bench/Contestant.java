package org.postage.bench;

import static org.postage.bench.Raw.Acks;
import static org.postage.bench.Raw.Confirms;
import static org.postage.bench.Raw.Replies;
import static org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;

import java.util.List;
import org.postage.bench.Spring.Container;

/**
 * Who takes part in which scenario.
 *
 * @param name of the library and its configuration, as the table has it
 * @param pika the configuration of the Python program that takes part; empty where it is a peer
 */
record Contestant(Scenario scenario, String name, Part part, PeerFactory peer, String pika) {
  /** When it takes part. */
  enum Part {
    /** Always; all others of the scenario are compared with it. */
    BASELINE,
    /** Always. */
    QUICK,
    /** In full runs. */
    FULL
  }

  /** Connects a peer. */
  @FunctionalInterface
  interface PeerFactory {
    Peer connect(Broker broker) throws Exception;
  }

  static final String OURS = "Postage";
  static final String OURS_FUTURES = "Postage, futures";
  static final String OURS_THREADS = "Postage, threads";

  static final List<Contestant> ALL =
      List.of(
          quick(Scenario.PUBLISH, OURS, Ours::new),
          base(Scenario.PUBLISH, "raw, no confirms", raw(Confirms.NONE, Acks.EACH, false)),
          full(Scenario.PUBLISH, "raw, confirm awaited", raw(Confirms.EACH, Acks.EACH, false)),
          full(Scenario.PUBLISH, "raw, confirm ring, corked", raw(Confirms.RING, Acks.EACH, true)),
          full(Scenario.PUBLISH, "Spring, no confirms", spring(ConfirmType.NONE, Container.DIRECT)),
          quick(
              Scenario.PUBLISH,
              "Spring, correlated confirms",
              spring(ConfirmType.CORRELATED, Container.DIRECT)),
          full(
              Scenario.PUBLISH,
              "Spring, confirm for each 100",
              spring(ConfirmType.SIMPLE, Container.DIRECT)),
          pika(Scenario.PUBLISH, "pika, no confirms", "plain"),
          pika(Scenario.PUBLISH, "pika, confirm awaited", "confirms"),
          quick(Scenario.CONSUME, OURS, Ours::new),
          base(Scenario.CONSUME, "raw, one ack each", raw(Confirms.NONE, Acks.EACH, false)),
          full(Scenario.CONSUME, "raw, acks batched", raw(Confirms.NONE, Acks.BATCHED, false)),
          full(Scenario.CONSUME, "raw, no acks", raw(Confirms.NONE, Acks.NONE, false)),
          full(Scenario.CONSUME, "Spring, simple", spring(ConfirmType.NONE, Container.SIMPLE)),
          quick(Scenario.CONSUME, "Spring, direct", spring(ConfirmType.NONE, Container.DIRECT)),
          full(
              Scenario.CONSUME,
              "Spring, direct, acks batched",
              spring(ConfirmType.NONE, Container.BATCHED)),
          pika(Scenario.CONSUME, "pika", "plain"),
          quick(Scenario.PUBLISH_AND_CONSUME, OURS, Ours::new),
          full(Scenario.PUBLISH_AND_CONSUME, "Postage, a service's events", Services::new),
          base(
              Scenario.PUBLISH_AND_CONSUME,
              "raw, no confirms",
              raw(Confirms.NONE, Acks.EACH, false)),
          full(
              Scenario.PUBLISH_AND_CONSUME,
              "raw, confirm ring",
              raw(Confirms.RING, Acks.EACH, false)),
          full(
              Scenario.PUBLISH_AND_CONSUME,
              "raw, confirm ring, acks batched, corked",
              raw(Confirms.RING, Acks.BATCHED, true)),
          quick(
              Scenario.PUBLISH_AND_CONSUME,
              "Spring, no confirms",
              spring(ConfirmType.NONE, Container.DIRECT)),
          full(
              Scenario.PUBLISH_AND_CONSUME,
              "Spring, correlated confirms",
              spring(ConfirmType.CORRELATED, Container.DIRECT)),
          quick(Scenario.CALL, OURS, Ours::new),
          full(Scenario.CALL, "Postage, a service of nameko", Services::new),
          base(Scenario.CALL, "raw, direct reply-to", calls(Acks.EACH, Replies.SHARED)),
          full(
              Scenario.CALL,
              "raw, direct reply-to, confirmed",
              calls(Confirms.RING, Acks.EACH, Replies.SHARED)),
          full(Scenario.CALL, "raw, inline, server without acks", calls(Acks.NONE, Replies.INLINE)),
          full(Scenario.CALL, "raw, inline, reply slots", calls(Acks.EACH, Replies.SLOTS)),
          quick(Scenario.CALL, "raw, a queue a call", calls(Acks.EACH, Replies.QUEUE_A_CALL)),
          full(Scenario.CALL, "Spring", spring(ConfirmType.NONE, Container.DIRECT)),
          pika(Scenario.CALL, "pika, a queue a call", "plain"),
          quick(Scenario.CALLS, OURS_FUTURES, Ours::new),
          full(Scenario.CALLS, "Postage, a service of nameko, futures", Services::new),
          base(Scenario.CALLS, "raw, futures", calls(Acks.EACH, Replies.SHARED)),
          full(
              Scenario.CALLS,
              "raw, futures, confirmed",
              calls(Confirms.RING, Acks.EACH, Replies.SHARED)),
          full(
              Scenario.CALLS,
              "raw, futures, inline, server acks batched",
              calls(Acks.BATCHED, Replies.INLINE)),
          full(
              Scenario.CALLS, "raw, futures, inline, reply slots", calls(Acks.EACH, Replies.SLOTS)),
          full(Scenario.CALLS, "raw, futures, inline", calls(Acks.EACH, Replies.INLINE)),
          full(Scenario.CALLS, "Spring, futures", spring(ConfirmType.NONE, Container.DIRECT)),
          full(Scenario.CALLERS, OURS_THREADS, Ours::new),
          full(Scenario.CALLERS, "raw, threads", calls(Acks.EACH, Replies.SHARED)),
          quick(Scenario.CALLERS, "Spring, threads", spring(ConfirmType.NONE, Container.DIRECT)),
          full(Scenario.OUTSTANDING, OURS, Ours::new),
          full(Scenario.START, OURS, Ours::new),
          base(Scenario.START, "raw, confirm awaited", raw(Confirms.EACH, Acks.EACH, false)),
          full(
              Scenario.START,
              "Spring, correlated confirms",
              spring(ConfirmType.CORRELATED, Container.DIRECT)),
          full(Scenario.PRODUCER, OURS, Ours::new),
          full(Scenario.COLD, OURS, Ours::new),
          base(Scenario.COLD, "raw, one ack each", raw(Confirms.NONE, Acks.EACH, false)),
          full(Scenario.COLD, "Spring, direct", spring(ConfirmType.NONE, Container.DIRECT)));

  /** Whether it belongs to quick runs: the start of programs does not. */
  boolean isQuick() {
    return part != Part.FULL
        && !List.of(Scenario.START, Scenario.COLD, Scenario.PRODUCER).contains(scenario);
  }

  boolean isOurs() {
    return name.startsWith(OURS);
  }

  /** What tells it from all others. */
  String id() {
    return scenario.name() + "/" + name;
  }

  static Contestant named(String id) {
    return ALL.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
  }

  private static Contestant base(Scenario scenario, String name, PeerFactory peer) {
    return new Contestant(scenario, name, Part.BASELINE, peer, "");
  }

  private static Contestant quick(Scenario scenario, String name, PeerFactory peer) {
    return new Contestant(scenario, name, Part.QUICK, peer, "");
  }

  private static Contestant full(Scenario scenario, String name, PeerFactory peer) {
    return new Contestant(scenario, name, Part.FULL, peer, "");
  }

  private static Contestant pika(Scenario scenario, String name, String configuration) {
    PeerFactory none =
        broker -> {
          throw new IllegalStateException(name + " is a program of its own");
        };
    return new Contestant(scenario, name, Part.FULL, none, configuration);
  }

  private static PeerFactory raw(Confirms confirms, Acks acks, boolean isCorked) {
    return broker -> Raw.messages(broker, confirms, acks, isCorked);
  }

  private static PeerFactory calls(Acks acks, Replies replies) {
    return calls(Confirms.NONE, acks, replies);
  }

  private static PeerFactory calls(Confirms confirms, Acks acks, Replies replies) {
    return broker -> Raw.calls(broker, confirms, acks, replies);
  }

  private static PeerFactory spring(ConfirmType confirms, Container container) {
    return broker -> new Spring(broker, confirms, container);
  }
}
