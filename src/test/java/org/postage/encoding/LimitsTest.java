package org.postage.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void defaultsAreThoseOfTheProtocol() {
    assertThat(Limits.DEFAULT.maxBodyBytes()).isEqualTo(1_048_576);
    assertThat(Limits.DEFAULT.maxDepth()).isEqualTo(64);
    assertThat(Limits.DEFAULT.maxNumberLength()).isEqualTo(1_000);
  }

  @Test
  void biggerBodyMayHoldLongerStrings() {
    assertThat(Limits.DEFAULT.withMaxBodyBytes(1 << 24).maxStringLength()).isEqualTo(1 << 23);
    assertThat(Limits.DEFAULT.withMaxBodyBytes(10).maxStringLength()).isEqualTo(1 << 19);
  }

  @Test
  void limitsArePositive() {
    assertThatThrownBy(() -> new Limits(0, 1, 1, 1, 1, 1))
        .hasMessage("maxBodyBytes: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new Limits(1, 0, 1, 1, 1, 1))
        .hasMessage("maxDepth: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new Limits(1, 1, 0, 1, 1, 1))
        .hasMessage("maxTokens: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new Limits(1, 1, 1, 0, 1, 1))
        .hasMessage("maxStringLength: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new Limits(1, 1, 1, 1, 0, 1))
        .hasMessage("maxNameLength: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new Limits(1, 1, 1, 1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxNumberLength: -1 (expected: 1 or more)");
  }
}
