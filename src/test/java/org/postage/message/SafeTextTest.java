package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {
  @Test
  void plainTextStaysAsItIs() {
    assertThat(SafeText.of("Grüße, 世界 \ud83d\ude00 ~")).isEqualTo("Grüße, 世界 \ud83d\ude00 ~");
  }

  @Test
  void controlCharactersAreEscaped() {
    assertThat(SafeText.of("a\r\nb\tc\u0000d\u007fe\u0085f"))
        .isEqualTo("a\\u000d\\u000ab\\u0009c\\u0000d\\u007fe\\u0085f");
  }

  @Test
  void coloursOfATerminalAreEscaped() {
    assertThat(SafeText.of("\u001b[31mred\u009b0m")).isEqualTo("\\u001b[31mred\\u009b0m");
  }

  @Test
  void separatorsThatSomeViewersTakeForLineEndsAreEscaped() {
    assertThat(SafeText.of("a\u2028b\u2029c")).isEqualTo("a\\u2028b\\u2029c");
  }

  @Test
  void charactersThatTurnTheTextAroundAreEscaped() {
    assertThat(SafeText.of("a\u202eb\u200bc\ufeffd")).isEqualTo("a\\u202eb\\u200bc\\ufeffd");
  }

  @Test
  void noCodePointBelowSpaceComesThrough() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < Character.MAX_VALUE; c++) {
      all.append(c);
    }

    assertThat(SafeText.of(all, Integer.MAX_VALUE).chars())
        .noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
  }

  @Test
  void longTextIsCutAndSaysHowLongItWas() {
    assertThat(SafeText.of("x".repeat(100 * 1024)))
        .isEqualTo("x".repeat(200) + "... (102400 characters)");
  }

  @Test
  void textOfJustTheLengthIsNotCut() {
    assertThat(SafeText.of("x".repeat(200))).isEqualTo("x".repeat(200));
    assertThat(SafeText.of("abc", 2)).isEqualTo("ab... (3 characters)");
  }

  @Test
  void nullIsItsWord() {
    assertThat(SafeText.of(null)).isEqualTo("null");
  }
}
