package org.postage.chaos;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RejectMessage;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.topology.Binding;
import org.postage.topology.Queue;

/**
 * N4: messages are dead-lettered, when a handler rejects them or at the end of their delay, to a
 * queue that is deleted and to one that is full.
 */
@Tag(RabbitMq.ONLY)
@Tag(Chaos.CLUSTER)
@Timeout(600)
class DeadLettersIT {
  private static final Duration ABSENCE = Duration.ofSeconds(20);
  private static final Duration DELAY = Duration.ofSeconds(1);
  private static final int PER_SECOND = 100;
  private static final int ROOM = 10;
  private static final Size SIZE = new Size(1_600, 2, ABSENCE);

  // After how long the broker tries again to put a dead letter where there was no place for it;
  // 180 s unless set.
  private static final String TRY_AGAIN_SOON =
      "application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, 2000).";

  /** Sends now, or later. */
  private interface Sender {
    CompletableFuture<Void> message_number(int number, SendOption... options);
  }

  private static final class Rejecting {
    @MessageHandler("number")
    void number(int number) {
      if (number >= 0) {
        throw new RejectMessage("to be dead-lettered");
      }
    }
  }

  @Test
  void deadLettersArriveOnceTheirQueueIsThereAndHasRoom() {
    Chaos.playOnCluster(
        "N4", "dead letters: target deleted, target full", SIZE, DeadLettersIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    ClusterFaults faults = new ClusterFaults(stage);
    faults.awaitWhole(report);
    faults.nodes().forEach(node -> node.ctl("eval", TRY_AGAIN_SOON));
    Ledger ledger = stage.ledger();
    Postage receiving = stage.with(faults.from(faults.nodes().get(1)).connect());
    List<Binding> targets = List.of(stage.binding(), full(stage));
    for (Binding target : targets) {
      // For it to be declared.
      start(receiving, target, new Receiver(ledger)).stop();
      start(receiving, source(stage, target), new Rejecting());
    }
    Postage sending = stage.with(faults.from(faults.nodes().get(2)).connect());
    Sender sender = sending.producer(Sender.class, stage.destination());

    TimeLine.Fault absence = stage.timeLine().begin("a target deleted, the other full", false);
    stage.delete(stage.queue().name());
    long end = System.nanoTime() + ABSENCE.toNanos();
    Senders senders =
        Senders.start(
            ledger,
            number ->
                number / 2 % 2 == 0
                    ? sender.message_number(
                        number, SendOption.key(source(stage, targets.get(number % 2)).routingKey()))
                    : sender.message_number(
                        number,
                        SendOption.key(targets.get(number % 2).routingKey()),
                        SendOption.sendLater(DELAY)),
            1,
            PER_SECOND);
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    Stage.pass(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    report.must("arrived too early", ledger.arrived());

    int back = stage.timeLine().now();
    targets.forEach(target -> start(receiving, target, new Receiver(ledger)));
    absence.isHealed();
    boolean ignored =
        Stage.within(Duration.ofSeconds(90), () -> ledger.arrived() == SIZE.messages());
    report.note(
        "of "
            + SIZE.messages()
            + " dead letters "
            + ledger.arrived()
            + " arrived within "
            + (stage.timeLine().now() - back)
            + " ms");
    stage.finish(ledger, receiving, report);
    receiving.close();
    for (Binding target : targets) {
      stage.delete(source(stage, target).queue().name());
    }
    stage.delete(full(stage).queue().name());
  }

  private static MessageProcessor start(Postage receiving, Binding binding, Object handler) {
    return receiving.processor(binding).handlers(handler).prefetch(50).start();
  }

  private static Binding full(Stage stage) {
    Queue queue =
        Queue.named(stage.queue().name() + "-full")
            .quorum()
            .withArgument("x-max-length", ROOM)
            .withArgument("x-overflow", "reject-publish");
    return stage.exchange().to(queue, "full");
  }

  /** Where messages are rejected that go to a target then. */
  private static Binding source(Stage stage, Binding target) {
    Queue queue =
        Queue.named(target.queue().name() + "-source")
            .quorum()
            .withArgument("x-dead-letter-exchange", stage.exchange().name())
            .withArgument("x-dead-letter-routing-key", target.routingKey())
            .withArgument("x-dead-letter-strategy", "at-least-once")
            .withArgument("x-overflow", "reject-publish");
    return stage.exchange().to(queue, target.routingKey() + "-source");
  }
}
