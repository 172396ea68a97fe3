package org.postage.chaos;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;

/** G1: the broker is killed with signal 9 again and again while messages are sent and handled. */
@Tag(RabbitMq.ONLY)
@Timeout(900)
class BrokerKillsIT {
  static final Size SHORT = new Size(20_000, 1, Duration.ZERO);
  private static final Size SIZE = Size.of(SHORT, new Size(1_000_000, 12, Duration.ZERO));
  private static final int PREFETCH = 250;

  @Test
  void nothingConfirmedIsLostWhenTheBrokerIsKilled() {
    Chaos.play("G1", "confirmed sends, broker kill -9", SIZE, BrokerKillsIT::play);
  }

  static void play(Stage stage, Report report) throws Exception {
    Ledger ledger = stage.ledger();
    Postage receiving = stage.with(stage.direct().connect());
    Postage sending = stage.with(stage.direct().connect());
    receiving.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(PREFETCH).start();
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());

    Senders senders = Senders.start(ledger, client::message_number, 4, 0);
    // What comes afterwards is compared with it.
    boolean ignored = Size.isGate() && senders.await(Duration.ofSeconds(5));
    for (int moment : stage.moments(stage.size().faults())) {
      senders.awaitAttempts(moment);
      stage.faults().kill();
    }

    report.complainUnless(senders.await(Duration.ofMinutes(10)), "senders did not end");
    stage.finish(ledger, receiving, report);
    // In short there is too little to be handled after the fault to say.
    report.complainUnless(
        !Size.isGate() || ledger.isAsFastAsBefore(), "slower than half of before the faults");
  }
}
