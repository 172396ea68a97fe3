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
      Run run = new Run(contestant, broker);
      if (scenario.warmUp() > 0) {
        warmUp(scenario, peer, broker, warmUp, run);
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

  // In pieces, until the compiler rests: with two processors it takes a long time.
  private static void warmUp(Scenario scenario, Peer peer, Broker broker, Duration warmUp, Run run)
      throws Exception {
    long latest = System.nanoTime() + scenario.latest(warmUp).toNanos();
    Meter meter;
    do {
      meter = new Meter(broker, warmUp.dividedBy(2), scenario.warmUp() / 2);
      scenario.work(peer, meter, run);
      scenario.warmedUp(broker);
    } while (meter.sawTheCompiler() && System.nanoTime() < latest);
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
