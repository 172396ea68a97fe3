package org.postage.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.Sandbox;

/** G3: processes that handle messages are killed with signal 9 in the middle of it. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class HandlerKillsIT {
  static final Size SHORT = new Size(4_000, 3, Duration.ZERO);
  private static final Size SIZE = Size.of(SHORT, new Size(100_000, 20, Duration.ZERO));
  private static final int PROCESSES = 2;
  // With this, some 3000 in a second are handled, and handlers are at work at any moment.
  private static final int WORK_MICROS = 2_000;

  @Test
  void nothingIsLostWhenProcessesAreKilledWhileTheyHandleIt() {
    Chaos.play("G3", "handler processes, kill -9", SIZE, HandlerKillsIT::play);
  }

  static void play(Stage stage, Report report) throws Exception {
    Ledger ledger = stage.ledger();
    Sandbox sandbox = stage.with(new Sandbox("postage-chaos-"));
    Postage sending = stage.with(stage.direct().connect());
    List<HandlerProcess> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(HandlerProcess.start(sandbox, stage, ledger, WORK_MICROS));
    }
    for (HandlerProcess each : processes) {
      each.awaitReady();
    }
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());

    Senders senders = Senders.start(ledger, client::message_number, 2, 0);
    for (int moment : stage.moments(stage.size().faults())) {
      Stage.within(Duration.ofSeconds(60), () -> ledger.arrived() >= moment);
      int victim = anyThatConsumes(stage, processes);
      // No connection of the sender is lost by it: only the flag explains a duplicate here.
      TimeLine.Fault fault = stage.timeLine().begin("kill -9 of handler " + victim, false);
      processes.get(victim).kill();
      processes.set(victim, HandlerProcess.start(sandbox, stage, ledger, WORK_MICROS));
      fault.isHealed();
    }

    report.complainUnless(senders.await(Duration.ofMinutes(2)), "senders did not end");
    stage.finish(ledger, sending, report);
    report.atMost(
        "handled twice",
        report.figure("duplicates"),
        stage.size().faults() * HandlerProcess.PREFETCH);
    for (HandlerProcess each : processes) {
      each.kill();
    }
  }

  // One that still starts has nothing in its hands: to kill it would be no fault.
  private static int anyThatConsumes(Stage stage, List<HandlerProcess> processes) {
    boolean ignored =
        Stage.within(
            Duration.ofSeconds(60), () -> processes.stream().anyMatch(HandlerProcess::isReady));
    List<Integer> ready =
        IntStream.range(0, processes.size())
            .filter(i -> processes.get(i).isReady())
            .boxed()
            .toList();
    if (ready.isEmpty()) {
      throw new IllegalStateException("no handler's process consumes after 60 s");
    }
    return ready.get(stage.random().nextInt(ready.size()));
  }
}
