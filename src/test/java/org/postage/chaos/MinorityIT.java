package org.postage.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqNode;

/** N3: two of three nodes die, so that nothing can be confirmed until one is back. */
@Tag(RabbitMq.ONLY)
@Tag(Chaos.CLUSTER)
@Timeout(600)
class MinorityIT {
  private static final List<Duration> OUTAGES =
      List.of(Duration.ofSeconds(8), Duration.ofSeconds(40));
  private static final int PER_SECOND = 300;
  // What a dying node had confirmed may still be on its way for so long.
  private static final int DYING_MILLIS = 1_000;
  private static final Size SIZE = new Size(100_000, OUTAGES.size(), Duration.ofSeconds(40));

  @Test
  void nothingIsConfirmedByTheMinorityAndNothingIsLost() {
    Chaos.playOnCluster("N3", "two of three kill -9, then back", SIZE, MinorityIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    ClusterFaults faults = new ClusterFaults(stage);
    faults.awaitWhole(report);
    Ledger ledger = stage.ledger();
    RabbitMqNode last = faults.nodes().get(1);
    Postage receiving = stage.with(faults.from(last).connect());
    receiving.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(100).start();
    Postage sending = stage.with(faults.from(last).connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Senders senders = Senders.start(ledger, client::message_number, 2, PER_SECOND);

    List<List<Integer>> windows = new ArrayList<>();
    for (Duration outage : OUTAGES) {
      boolean ignored = senders.await(Duration.ofSeconds(5));
      faults.killBoth(
          faults.nodes().get(0),
          faults.nodes().get(2),
          outage,
          () -> {
            int down = stage.timeLine().now() + DYING_MILLIS;
            Stage.pass(outage);
            int end = stage.timeLine().now();
            report.verdict("confirmed by the minority", ledger.confirmedWithin(down, end));
            windows.add(List.of(down, end));
          });
      faults.awaitWhole(report);
    }

    senders.stop();
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(ledger, receiving, report);
    for (List<Integer> window : windows) {
      report.note(
          String.format(
              "down for %.1f s: of what was sent meanwhile %d confirmed later, %d not sent, %d"
                  + " unknown",
              (window.get(1) - window.get(0)) / 1_000.0,
              ledger.count(Ledger.Fate.CONFIRMED, window.get(0), window.get(1)),
              ledger.count(Ledger.Fate.NOT_SENT, window.get(0), window.get(1)),
              ledger.count(Ledger.Fate.UNKNOWN, window.get(0), window.get(1))));
    }
  }
}
