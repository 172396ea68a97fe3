package org.postage.chaos;

/** Traffic, faults meanwhile, and a look at the ledger afterwards. */
@FunctionalInterface
interface Scenario {
  /** Plays on this stage and writes what it found into the report. */
  void play(Stage stage, Report report) throws Exception;
}
