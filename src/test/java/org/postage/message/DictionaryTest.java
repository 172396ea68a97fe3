package org.postage.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DictionaryTest {
  /** Few keys are compared, many are hashed. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 9, 1_000})
  void isTheSameAsAHashMapOfAnySize(int size) {
    Map<String, @Nullable Object> map = map(size);

    Dictionary dictionary = Dictionary.copyOf(map);

    assertThat(dictionary).isEqualTo(map).hasSameHashCodeAs(map).hasSize(size);
    assertThat(List.copyOf(dictionary.keySet())).isEqualTo(List.copyOf(map.keySet()));
    assertThat(dictionary.get("k0")).isEqualTo(map.get("k0"));
    assertThat(dictionary.containsKey("absent")).isFalse();
    assertThat(dictionary.get("absent")).isNull();
    List<String> keys = new ArrayList<>();
    dictionary.forEach((key, value) -> keys.add(key));
    assertThat(keys).isEqualTo(List.copyOf(map.keySet()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9})
  void nullIsAValue(int size) {
    Map<String, @Nullable Object> map = map(size);
    map.put("none", null);

    Dictionary dictionary = Dictionary.copyOf(map);

    assertThat(dictionary.containsKey("none")).isTrue();
    assertThat(dictionary.get("none")).isNull();
    assertThat(dictionary).isEqualTo(map);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9})
  void nobodyChangesIt(int size) {
    Map<String, @Nullable Object> map = map(size);
    Dictionary dictionary = Dictionary.copyOf(map);

    map.put("later", 1);

    assertThat(dictionary).doesNotContainKey("later");
    assertThatThrownBy(dictionary::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> dictionary.put("k0", 2))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(Dictionary.copyOf(dictionary)).isSameAs(dictionary);
  }

  private static Map<String, @Nullable Object> map(int size) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put("k" + i, i);
    }
    return map;
  }
}
