package org.postage.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.UnroutableException;

class LedgerTest {
  private static final Destination TO = Exchange.direct("exchange").withKey("key");

  private final TimeLine timeLine = new TimeLine();
  private final Ledger ledger = new Ledger(timeLine, 10, 1_000, 1);

  private Report check() {
    Report report = new Report("T", "test");
    ledger.check(report);
    return report;
  }

  private int confirmed() {
    int number = ledger.attempt();
    ledger.settled(number, null);
    return number;
  }

  @Test
  void whatWasConfirmedAndArrivedIsNoComplaint() {
    ledger.received(confirmed(), false);

    assertThat(check().complaints()).isEmpty();
    assertThat(ledger.isEverythingThere()).isTrue();
  }

  @Test
  void whatWasConfirmedAndArrivedNowhereIsLost() {
    int lost = confirmed();
    ledger.received(confirmed(), false);

    assertThat(ledger.isEverythingThere()).isFalse();
    assertThat(check().complaints()).containsExactly("lost: 1 (expected: 0)");

    ledger.parked(lost);

    assertThat(check().complaints()).isEmpty();
  }

  @Test
  void whatNobodySentIsUnexpected() {
    ledger.received(0, false);
    ledger.received(-1, false);
    ledger.received(10, false);

    assertThat(check().complaints()).containsExactly("unexpected: 3 (expected: 0)");
  }

  @Test
  void whatWasReportedAsNotSentAndArrivedIsAPhantom() {
    int notSent = ledger.attempt();
    ledger.settled(notSent, new CompletionException(new NotSentException("why", TO, "id")));
    ledger.received(notSent, false);
    int returned = ledger.attempt();
    ledger.settled(returned, new UnroutableException(TO, "id"));
    ledger.received(returned, false);

    assertThat(check().complaints()).containsExactly("phantoms: 2 (expected: 0)");
  }

  @Test
  void whatIsUnknownMayArriveOrNot() {
    int arrived = ledger.attempt();
    ledger.settled(arrived, new OutcomeUnknownException("why", TO, "id"));
    ledger.received(arrived, false);
    ledger.settled(ledger.attempt(), new OutcomeUnknownException("why", TO, "id"));

    assertThat(check().complaints()).isEmpty();
    assertThat(ledger.failures()).containsEntry("OutcomeUnknownException", 2);
  }

  @Test
  void duplicateIsExplainedByItsFlag() {
    int number = confirmed();
    ledger.received(number, false);
    ledger.received(number, true);
    ledger.received(number, true);

    Report report = check();

    assertThat(report.complaints()).isEmpty();
    assertThat(report.figure("duplicates")).isEqualTo(2);
  }

  @Test
  void duplicateIsExplainedByALossBeforeItsConfirmationAndOnlyOnceByEach() {
    int number = ledger.attempt();
    timeLine.begin("kill -9", true).isHealed();
    timeLine.resent(0, 1_000, 2);
    ledger.settled(number, null);
    ledger.received(number, false);
    ledger.received(number, false);

    assertThat(check().complaints()).isEmpty();

    ledger.received(number, false);

    assertThat(check().complaints()).containsExactly("unexplained duplicates: 1 (expected: 0)");
  }

  @Test
  void duplicateIsNotExplainedByWhatLosesNoConnectionOrByALossAtAnotherTime() {
    int number = ledger.attempt();
    TimeLine.Fault alarm = timeLine.begin("memory alarm", false);
    ledger.settled(number, null);
    alarm.isHealed();
    Stage.pass(Duration.ofMillis(5));
    timeLine.begin("kill -9", true).isHealed();
    ledger.received(number, false);
    ledger.received(number, false);

    assertThat(check().complaints()).containsExactly("unexplained duplicates: 1 (expected: 0)");
  }

  @Test
  void duplicateIsNotExplainedByALossWhenNothingWasSentAgain() {
    int number = ledger.attempt();
    timeLine.begin("kill -9", true).isHealed();
    ledger.settled(number, null);
    ledger.received(number, false);
    ledger.received(number, false);

    assertThat(check().complaints()).containsExactly("unexplained duplicates: 1 (expected: 0)");
  }

  @Test
  void duplicateIsExplainedByBeingSentAgainWithoutAFaultAndOnlyMeanwhile() {
    int meanwhile = confirmed();
    ledger.received(meanwhile, false);
    ledger.received(meanwhile, false);
    timeLine.resent(0, timeLine.now(), 1);

    assertThat(check().complaints()).isEmpty();

    Stage.pass(Duration.ofMillis(5));
    int afterwards = confirmed();
    ledger.received(afterwards, false);
    ledger.received(afterwards, false);
    timeLine.resent(timeLine.now() + 10, timeLine.now() + 20, 1);

    assertThat(check().complaints()).containsExactly("unexplained duplicates: 1 (expected: 0)");
  }

  @Test
  void whatIsSeenByOneLookAfterTheOtherExplainsOneCopy() {
    int number = confirmed();
    timeLine.resent(0, 10, 5);
    timeLine.resent(10, 20_000, 5);
    for (int i = 0; i < 3; i++) {
      ledger.received(number, false);
    }

    assertThat(check().complaints()).containsExactly("unexplained duplicates: 1 (expected: 0)");
  }

  @Test
  void senderWhoIsToldNothingOrTooLateHangs() {
    ledger.attempt();
    int late = ledger.attempt();
    Stage.pass(Duration.ofMillis(1_100));
    ledger.settled(late, new OutcomeUnknownException("why", TO, "id"));

    assertThat(check().complaints()).containsExactly("hung: 2 (expected: 0)");
  }

  @Test
  void recoveryIsTheLongestTimeFromTheEndOfAFaultToTheNextSignOfLife() {
    ledger.received(confirmed(), false);
    timeLine.begin("kill -9", true).isHealed();
    Stage.pass(Duration.ofMillis(150));
    ledger.received(confirmed(), false);

    assertThat(ledger.recoveryMillis().orElse(-1)).isBetween(100, 10_000);
    assertThat(check().figure("longest stall")).isBetween(100, 10_000);
  }

  @Test
  void whereNothingMovedAfterAFaultThereIsNoRecoveryToShow() {
    ledger.received(confirmed(), false);
    timeLine.begin("kill -9", true).isHealed();

    Report report = check();

    assertThat(ledger.recoveryMillis()).isEmpty();
    assertThat(ledger.isStill()).as("nothing was sent any more").isFalse();
    assertThat(report.row()).matches("(?s).* - +0\\.0");
  }

  @Test
  void whatIsSentAfterAFaultAndNeverMovesIsStill() {
    timeLine.begin("kill -9", true).isHealed();
    Stage.pass(Duration.ofMillis(5));

    int number = ledger.attempt();

    assertThat(ledger.isStill()).isTrue();

    Stage.pass(Duration.ofMillis(15));
    ledger.settled(number, null);

    assertThat(ledger.isStill()).isFalse();
  }

  @Test
  void scenarioWithoutASecondBeforeItsFirstFaultProvesNoSpeed() {
    timeLine.begin("kill -9", true).isHealed();
    ledger.received(confirmed(), false);

    assertThat(ledger.isAsFastAsBefore()).isFalse();
  }
}
