package org.postage.chaos;

import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqNode;

/** N1: nodes of a cluster are killed and frozen, first of all the leader of the queue. */
@Tag(RabbitMq.ONLY)
@Tag(Chaos.CLUSTER)
@Timeout(600)
class LeaderKillsIT {
  private static final Duration BETWEEN = Duration.ofSeconds(15);
  private static final Duration FREEZE = Duration.ofSeconds(20);
  private static final int LEADERS = 3;
  private static final int RANDOM = 2;
  private static final int FREEZES = 1;
  private static final int GAP_MILLIS = 30_000;
  private static final int PER_SECOND = 500;
  private static final Size SIZE = new Size(80_000, LEADERS + RANDOM + FREEZES, BETWEEN);

  @Test
  void nothingConfirmedIsLostWhenTheLeaderOrAnyOtherNodeDiesOrStandsStill() {
    Chaos.playOnCluster("N1", "leader kill -9, random kill -9, SIGSTOP", SIZE, LeaderKillsIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    ClusterFaults faults = new ClusterFaults(stage);
    Ledger ledger = stage.ledger();
    Postage receiving = stage.with(faults.from(faults.nodes().get(1)).connect());
    receiving.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(100).start();
    Postage sending = stage.with(faults.from(faults.nodes().get(2)).connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Senders senders = Senders.start(ledger, client::message_number, 2, PER_SECOND);

    boolean ignored = senders.await(Duration.ofSeconds(5));
    for (int i = 0; i < LEADERS; i++) {
      each(senders, faults::kill, faults.leader());
    }
    for (int i = 0; i < RANDOM; i++) {
      each(senders, faults::kill, faults.nodes().get(stage.random().nextInt(3)));
    }
    for (int i = 0; i < FREEZES; i++) {
      faults.awaitWhole(report);
      each(senders, node -> faults.freeze(node, FREEZE), faults.leader());
    }

    senders.stop();
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    faults.awaitWhole(report);
    stage.finish(ledger, receiving, report);
    report.atMost("longest stall", report.figure("longest stall"), GAP_MILLIS);
    report.atMost(
        "longest pause of deliveries", report.figure("longest pause of deliveries"), GAP_MILLIS);
    report.note(
        "longest gap: "
            + report.figure("longest stall")
            + " ms in confirms, "
            + report.figure("longest pause of deliveries")
            + " ms in deliveries; nodes restarted by hand to make the cluster whole: "
            + faults.restarts());
  }

  private static void each(Senders senders, Consumer<RabbitMqNode> fault, RabbitMqNode node)
      throws InterruptedException {
    long next = System.nanoTime() + BETWEEN.toNanos();
    fault.accept(node);
    // At least a moment of peace, however long the node took to come back.
    long rest = Math.max(3_000_000_000L, next - System.nanoTime());
    boolean ignored = senders.await(Duration.ofNanos(rest));
  }
}
