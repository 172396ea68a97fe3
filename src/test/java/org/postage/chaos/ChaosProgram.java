package org.postage.chaos;

/** The short form of a scenario as a program: prints what the ledger says, whatever that is. */
final class ChaosProgram {
  /** What the lines begin with that say how much was lost, sent and broken. */
  static final String LOST = "lost: ";

  static final String SENT = "sent: ";
  static final String FAULTS = "faults: ";

  private ChaosProgram() {}

  /** Plays {@code G1} or {@code G3}. */
  public static void main(String[] arguments) {
    Report report =
        switch (arguments[0]) {
          case "G1" ->
              Chaos.measure("G1", "broken build", BrokerKillsIT.SHORT, BrokerKillsIT::play);
          case "G3" ->
              Chaos.measure("G3", "broken build", HandlerKillsIT.SHORT, HandlerKillsIT::play);
          default -> throw new IllegalArgumentException(arguments[0] + " (expected: G1 or G3)");
        };
    System.out.println(LOST + report.figure("lost"));
    System.out.println(SENT + report.attempted());
    System.out.println(FAULTS + report.faults());
    System.out.println(report.details());
    System.exit(0);
  }
}
