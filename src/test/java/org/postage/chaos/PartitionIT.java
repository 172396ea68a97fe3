package org.postage.chaos;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqNode;

/** N2: the node that everybody is connected to is cut off from the others, and pauses. */
@Tag(RabbitMq.ONLY)
@Tag(Chaos.CLUSTER)
@Timeout(600)
class PartitionIT {
  private static final List<Duration> PARTITIONS =
      List.of(Duration.ofSeconds(10), Duration.ofSeconds(30));
  private static final Duration MOVED = Duration.ofSeconds(15);
  private static final int PER_SECOND = 500;
  private static final Size SIZE = new Size(80_000, PARTITIONS.size(), Duration.ofSeconds(30));

  @Test
  void everybodyMovesToTheMajorityAndNothingIsLost() {
    Chaos.playOnCluster("N2", "partition, all clients in the minority", SIZE, PartitionIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    ClusterFaults faults = new ClusterFaults(stage);
    faults.awaitWhole(report);
    Ledger ledger = stage.ledger();
    RabbitMqNode first = faults.nodes().get(2);
    Postage receiving = stage.with(faults.from(first).connect());
    receiving.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(100).start();
    Postage sending = stage.with(faults.from(first).connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Senders senders = Senders.start(ledger, client::message_number, 2, PER_SECOND);

    // They move on in the order of their addresses.
    List<RabbitMqNode> minorities = List.of(first, faults.nodes().get(0));
    for (int i = 0; i < PARTITIONS.size(); i++) {
      boolean ignored = senders.await(Duration.ofSeconds(5));
      RabbitMqNode minority = minorities.get(i);
      report.complainUnless(connections(minority) == 3, "not everybody is at " + minority.name());
      int start = stage.timeLine().now();
      faults.isolate(minority, PARTITIONS.get(i), () -> moves(stage, start, ledger, report));
      report.complainUnless(connections(minority) == 0, "somebody is still in the minority");
      faults.awaitWhole(report);
    }

    senders.stop();
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(ledger, receiving, report);
    report.note(
        "sends and deliveries went on at another address after at most "
            + report.figure("longest move")
            + " ms");
  }

  // The minority can confirm nothing: what is sent and confirmed now went to the others.
  private static void moves(Stage stage, int start, Ledger ledger, Report report) {
    int cut = stage.timeLine().now();
    boolean isConfirmed =
        Stage.within(MOVED, () -> ledger.count(Ledger.Fate.CONFIRMED, cut, Integer.MAX_VALUE) > 0);
    int confirmed = stage.timeLine().now();
    boolean isDelivered =
        Stage.within(MOVED, () -> ledger.arrivedWithin(confirmed, Integer.MAX_VALUE) > 0);
    report.complainUnless(isConfirmed && isDelivered, "nothing went on in " + MOVED);
    report.atMost(
        "longest move", stage.timeLine().now() - start, Math.toIntExact(MOVED.toMillis()));
  }

  private static int connections(RabbitMqNode node) {
    return Integer.parseInt(
        node.ctl("eval", "length(pg_local:get_members(rabbit_connections)).").strip());
  }
}
