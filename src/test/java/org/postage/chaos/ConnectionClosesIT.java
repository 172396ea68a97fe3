package org.postage.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;

/** N8: the broker closes a thousand connections, those of twenty-one components again and again. */
@Tag(RabbitMq.ONLY)
@Tag(Chaos.CLUSTER)
@Timeout(600)
class ConnectionClosesIT {
  private static final int CLOSES = 1_000;
  private static final int RECEIVERS = 20;
  // A connection that lived longer is replaced at once; one that did not, after a pause.
  private static final Duration LIFE = Duration.ofMillis(2_200);
  private static final Duration BACK = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofSeconds(20);
  private static final int PER_SECOND = 200;
  // How many of the broker's connections were closed: all but the scenario's own.
  private static final String CLOSE_ALL =
      "lists:sum([case rabbit_networking:connection_info(P, [client_properties]) of"
          + " [{client_properties, C}] -> case lists:keyfind(<<\"connection_name\">>, 1, C) of"
          + " {_, _, <<\"postage\", _/binary>>} ->"
          + " rabbit_networking:close_connection(P, \"closed by the scenario\"), 1;"
          + " _ -> 0 end end || P <- rabbit_networking:connections()]).";
  private static final String CHANNELS = "length(rabbit_channel:list()).";

  private static final Size SIZE = new Size(60_000, CLOSES, LIFE);

  @Test
  void everyConsumerIsBackAfterEachOfAThousandCloses() {
    Chaos.play("N8", "1,000 connections closed by the broker", SIZE, ConnectionClosesIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    Ledger ledger = stage.ledger();
    List<Postage> receiving = new ArrayList<>();
    for (int i = 0; i < RECEIVERS; i++) {
      Postage postage = stage.with(stage.direct().connect());
      postage.processor(stage.binding()).handlers(new Receiver(ledger)).prefetch(20).start();
      receiving.add(postage);
    }
    Postage sending = stage.with(stage.direct().connect());
    Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
    Senders senders = Senders.start(ledger, client::message_number, 2, PER_SECOND);
    boolean ignored = senders.await(LIFE);
    int channels = 0;
    List<String> threads = List.of();

    int closed = 0;
    int rounds = 0;
    while (closed < CLOSES && report.complaints().isEmpty()) {
      TimeLine.Fault fault = stage.timeLine().begin("connections closed", true);
      int inRound = number(stage, CLOSE_ALL);
      fault.isHealed();
      int start = stage.timeLine().now();
      // Whoever is missing here was not back from the round before.
      report.complainUnless(
          rounds == 0 || inRound == closed / rounds, inRound + " were there in a round");
      closed += inRound;
      report.complainUnless(
          Stage.within(BACK, () -> stage.consumers() == RECEIVERS && areReady(receiving)),
          "not every consumer was back within " + BACK + " after " + closed + " closes");
      report.figure("longest without a consumer", stage.timeLine().now() - start);
      if (rounds == 0) {
        channels = number(stage, CHANNELS);
        threads = Leaks.threads();
      }
      rounds++;
      ignored = senders.await(LIFE);
    }

    int channelsBefore = channels;
    int threadsBefore = threads.size();
    // A check of the consumers has a channel of its own, and a thread lives some seconds longer
    // than it is used.
    report.complainUnless(
        Stage.within(QUIET, () -> number(stage, CHANNELS) <= channelsBefore),
        "more channels than the " + channels + " after the first round");
    report.complainUnless(
        Stage.within(QUIET, () -> Leaks.threads().size() <= threadsBefore),
        "more threads than after the first round: " + threads + ", now " + Leaks.threads());
    senders.stop();
    report.complainUnless(senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
    stage.finish(ledger, receiving.get(0), report);
    report.faults(closed);
    report.note(
        closed
            + " closes in "
            + rounds
            + " rounds, all "
            + RECEIVERS
            + " consumers back within "
            + report.figure("longest without a consumer")
            + " ms; "
            + channelsBefore
            + " channels and "
            + threadsBefore
            + " threads after the first round, no more after the last");
  }

  private static boolean areReady(List<Postage> all) {
    return all.stream().allMatch(Postage::isReady);
  }

  private static int number(Stage stage, String expression) {
    return Integer.parseInt(stage.node().ctl("eval", expression).strip());
  }
}
