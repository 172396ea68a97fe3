package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.message.Param;
import org.postage.transport.Delivery;

class CallSignatureTest {
  @SuppressWarnings("unused") // Its parameters are read.
  static void call(String who, Delivery delivery, @Param("n") int count, @Nullable String punct) {}

  private final CallSignature signature = CallSignature.of(method());

  private static Method method() {
    return Arrays.stream(CallSignatureTest.class.getDeclaredMethods())
        .filter(method -> method.getName().equals("call"))
        .findFirst()
        .orElseThrow();
  }

  private void check(List<?> args, Map<?, ?> kwargs) {
    signature.check(CallSignature.call("call", args, kwargs));
  }

  @Test
  void slotsAreWhatCallersFill() {
    assertThat(signature.slots())
        .extracting(CallSignature.Slot::name)
        .containsExactly("who", "n", "punct");
    assertThat(signature.slots())
        .extracting(CallSignature.Slot::mayBeAbsent)
        .containsExactly(false, false, true);
  }

  @Test
  void argumentsComeByPositionAndByName() {
    check(List.of("Ann", 1), Map.of());
    check(List.of("Ann", 1, "?"), Map.of());
    check(List.of("Ann"), Map.of("n", 1, "punct", "?"));
    check(List.of(), Map.of("n", 1, "who", "Ann"));
  }

  @Test
  void misfitsAreToldInPythonsWords() {
    assertMisfit(List.of(), Map.of(), "call() missing 2 required positional arguments: 'who', 'n'");
    assertMisfit(
        List.of("a", 1, "?", 2), Map.of(), "takes 3 positional arguments but 4 were given");
    assertMisfit(
        List.of("a"), Map.of("n", 1, "who", "b"), "got multiple values for argument 'who'");
    assertMisfit(List.of("a", 1), Map.of("size", 1), "got an unexpected keyword argument 'size'");
  }

  private void assertMisfit(List<?> args, Map<?, ?> kwargs, String text) {
    assertThatThrownBy(() -> check(args, kwargs))
        .isInstanceOf(UnfitMessageException.class)
        .hasMessageContaining(text);
  }
}
