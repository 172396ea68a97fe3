package org.postage.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import org.postage.bench.Scenario.Progress;

/** Runs one contestant once: warms up, measures, prints the figures as JSON. */
final class Child {
  /** What the line with the figures begins with. */
  static final String RESULT = "RESULT ";

  private Child() {}

  public static void main(String[] args) throws Exception {
    Contestant contestant = Contestant.named(args[0]);
    Broker broker =
        new Broker(Integer.parseInt(args[1]), Long.parseLong(args[2]), Integer.parseInt(args[3]));
    Duration warmUp = Duration.ofMillis(Long.parseLong(args[4]));
    Duration time = Duration.ofMillis(Long.parseLong(args[5]));
    try (Peer peer = contestant.peer().connect(broker)) {
      Meter warm = new Meter(broker, warmUp, contestant.scenario().warmUp());
      Progress progress = new Progress(broker, warm);
      contestant.scenario().work(peer, warm, progress);
      Meter meter = new Meter(broker, time);
      contestant.scenario().work(peer, meter, progress);
      System.out.println(RESULT + new JsonMapper().writeValueAsString(meter.figures()));
      System.out.flush();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    // Peers may have left threads that are no daemons.
    System.exit(0);
  }
}
