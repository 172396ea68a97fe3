package org.postage.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @Test
  void whatBecameOfAMessageIsKeptWhateverASecondTrySays(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("chaos").resolve("violations.txt");
    Report first = new Report("G1", "first");
    first.verdict("lost", 2);
    first.verdict("hung", 0);
    Report second = new Report("G2", "second");
    second.verdict("wrong answers", 1);

    Chaos.keepViolations(first, file);
    Chaos.keepViolations(second, file);

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "lost: 2",
            "G1: 0 attempted, {lost=2, hung=0}",
            "wrong answers: 1",
            "G2: 0 attempted, {wrong answers=1}");
  }

  @Test
  void whatTookTooLongIsAComplaintThatASecondTryMayTakeBack(@TempDir Path directory) {
    Path file = directory.resolve("violations.txt");
    Report report = new Report("G6", "slow");
    report.atMost("longest close", 11_000, 10_000);
    report.verdict("lost", 0);

    Chaos.keepViolations(report, file);

    assertThat(report.complaints()).hasSize(1);
    assertThat(file).doesNotExist();
  }

  @Test
  void faultsAreThoseThatHappened() {
    Report report = new Report("G11", "retries");
    report.attempted(300);
    report.faults(3);
    report.faults(0);

    assertThat(report.row()).contains(" 300/3 ");
  }
}
