package org.postage.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.List;

/** Runs one contestant once: warms up, measures, prints the figures as JSON. */
final class Child {
  /** What the line with the figures begins with. */
  static final String RESULT = "RESULT ";

  private Child() {}

  public static void main(String[] args) throws Exception {
    Contestant contestant = Contestant.named(args[0]);
    Scenario scenario = contestant.scenario();
    Broker broker = broker(args);
    Duration warmUp = Duration.ofMillis(Long.parseLong(args[4]));
    Duration time = Duration.ofMillis(Long.parseLong(args[5]));
    try (Peer peer = contestant.peer().connect(broker)) {
      Meter warm = new Meter(broker, warmUp, scenario.warmUp(), scenario.latest(warmUp));
      Run run = new Run(contestant, broker, warm);
      if (scenario.warmUp() > 0) {
        scenario.work(peer, warm, run);
        scenario.warmedUp(broker);
      }
      Meter meter = new Meter(broker, time);
      scenario.work(peer, meter, run);
      System.out.println(RESULT + new JsonMapper().writeValueAsString(meter.figures()));
      System.out.flush();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    // Peers may have left threads that are no daemons.
    System.exit(0);
  }

  /** How a JVM is started, everybody's. */
  static List<String> jvm(Class<?> main) {
    return List.of(
        ProcessHandle.current().info().command().orElse("java"),
        "-Xmx512m",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName());
  }

  /** What a child is told first. */
  static List<String> arguments(Contestant contestant, Broker broker) {
    return List.of(contestant.id(), "" + broker.port(), "" + broker.pid(), "" + broker.filled());
  }

  /** The broker of these arguments. */
  static Broker broker(String[] args) {
    return new Broker(
        Integer.parseInt(args[1]), Long.parseLong(args[2]), Integer.parseInt(args[3]));
  }
}
