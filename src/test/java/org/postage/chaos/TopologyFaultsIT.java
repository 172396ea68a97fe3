package org.postage.chaos;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.NotSentException;

/** G10: queues, exchanges, permissions and connections are taken away under running traffic. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class TopologyFaultsIT {
  private static final Size SIZE =
      Size.of(
          new Size(4_000, 2, Duration.ofMillis(2_200)),
          new Size(50_000, 20, Duration.ofMillis(2_200)));
  private static final Duration BACK = Size.limit(Duration.ofSeconds(5));
  private static final String VICTIM = "chaos-G10-victim";

  private static final class Ignoring {
    @MessageHandler("number")
    void number() {}
  }

  @Test
  void whatIsTakenAwayComesBackSoonAndHurtsNobodyElse() {
    Chaos.play("G10", "topology faults, closed connections", SIZE, TopologyFaultsIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    Ledger ledger =
        new Ledger(stage.timeLine(), 10 * stage.size().messages(), Stage.PATIENCE_MILLIS, 1);
    Postage receiving = stage.with(stage.direct().connect());
    receiving.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(50).start();
    Postage sending = stage.with(stage.direct().connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Senders senders = Senders.start(ledger, client::message_number, 2, stage.size().perSecond());

    deletedAndPurged(stage, receiving, report);
    refused(stage, receiving, sending, report);
    for (int i = 0; i < stage.size().faults(); i++) {
      stage.faults().closeConnections();
      boolean ignored = senders.await(stage.size().interval());
    }

    senders.stop();
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(ledger, receiving, report);
    report.atMost(
        "recovery",
        ledger.recoveryMillis().orElse(Integer.MAX_VALUE),
        Math.toIntExact(BACK.toMillis()));
  }

  private static void deletedAndPurged(Stage stage, Postage receiving, Report report)
      throws Exception {
    receiving
        .processor(stage.exchange().to(Queue.named(VICTIM).autoDelete(), "victim"))
        .handlers(new Ignoring())
        .start();
    try (Connection connection = stage.broker().connect();
        Channel channel = connection.createChannel()) {
      channel.queuePurge(VICTIM);
      for (int i = 0; i < 3; i++) {
        TimeLine.Fault fault = stage.timeLine().begin("a queue deleted", false);
        int start = stage.timeLine().now();
        channel.queueDelete(VICTIM);
        report.complainUnless(
            Stage.within(BACK, () -> isConsumed(stage)), "a deleted queue is not consumed again");
        fault.isHealed();
        report.figure("longest without a deleted queue", stage.timeLine().now() - start);
      }
    }
    report.note(
        "a deleted queue was consumed again within "
            + report.figure("longest without a deleted queue")
            + " ms");
  }

  // On a channel of its own: asking for a queue that is not there closes it.
  private static boolean isConsumed(Stage stage) {
    try (Connection connection = stage.broker().connect();
        Channel channel = connection.createChannel()) {
      return channel.queueDeclarePassive(VICTIM).getConsumerCount() == 1;
    } catch (Exception e) {
      return false;
    }
  }

  private static void refused(Stage stage, Postage receiving, Postage sending, Report report)
      throws Exception {
    Exchange exchange = stage.exchange();
    refused(
        report, 404, () -> consume(receiving, exchange, Queue.named("chaos-G10-absent").passive()));
    refused(
        report,
        406,
        () -> consume(receiving, exchange, stage.queue().withArgument("x-max-length", 9).strict()));
    try (Connection connection = stage.broker().connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("chaos-G10-locked", false, true, false, null);
      refused(report, 405, () -> consume(receiving, exchange, Queue.named("chaos-G10-locked")));
    }
    stage.node().ctl("add_user", "limited", "of-the-limited");
    stage.node().ctl("set_permissions", "limited", "^nothing$", "^nothing$", "^nothing$");
    try (Postage limited = stage.direct().user("limited").password("of-the-limited").connect()) {
      refused(report, 403, () -> consume(limited, exchange, Queue.named("chaos-G10-forbidden")));
    }
    stage.node().ctl("delete_user", "limited");
    missingExchange(stage, sending, report);
  }

  // The broker closes the channel on which everybody else's messages are on their way.
  private static void missingExchange(Stage stage, Postage sending, Report report)
      throws Exception {
    Exchange missing = Exchange.direct("chaos-G10-missing");
    Senders.Numbers toMissing = sending.producer(Senders.Numbers.class, missing.withKey("key"));
    TimeLine.Fault fault = stage.timeLine().begin("an exchange deleted", true);
    try (Connection connection = stage.broker().connect();
        Channel channel = connection.createChannel()) {
      channel.exchangeDelete(missing.name());
    }
    CompletableFuture<Void> sent = toMissing.message_number(0);
    Throwable told =
        sent.handle((v, failure) -> failure).get(BACK.toMillis(), TimeUnit.MILLISECONDS);
    fault.isHealed();
    report.complainUnless(told instanceof NotSentException, "sent to a missing exchange: " + told);
  }

  private static void consume(Postage postage, Exchange exchange, Queue queue) {
    postage.processor(exchange.to(queue, "refused")).handlers(new Ignoring()).start();
  }

  private static void refused(Report report, int code, Runnable use) {
    try {
      use.run();
      report.complainUnless(false, "not refused (expected: " + code + ")");
    } catch (BrokerRefusedException e) {
      report.complainUnless(
          e.replyCode() == code, "refused with " + e.replyCode() + " (expected: " + code + ")");
    }
  }
}
