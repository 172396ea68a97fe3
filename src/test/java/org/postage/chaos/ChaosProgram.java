package org.postage.chaos;

/** The short form of a scenario as a program: prints what the ledger says, whatever that is. */
final class ChaosProgram {
  /** What the line begins with that says how much was lost. */
  static final String LOST = "lost: ";

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
    System.out.println(report.details());
    System.exit(0);
  }
}
