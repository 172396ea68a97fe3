package org.postage.spec;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Random content: whatever may stand in a message. The same for the same seed. Not thread-safe. */
final class ContentTrees {
  private static final int MAX_DEPTH = 6;

  private final SplittableRandom random;
  private final boolean withLoneSurrogates;

  ContentTrees(long seed, boolean withLoneSurrogates) {
    random = new SplittableRandom(seed);
    this.withLoneSurrogates = withLoneSurrogates;
  }

  Map<String, @Nullable Object> object() {
    return object(0);
  }

  private Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    int size = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      map.put(text(), value(depth + 1));
    }
    return map;
  }

  private List<@Nullable Object> list(int depth) {
    List<@Nullable Object> list = new ArrayList<>();
    int size = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      list.add(value(depth + 1));
    }
    return list;
  }

  private @Nullable Object value(int depth) {
    return switch (random.nextInt(depth < MAX_DEPTH ? 10 : 8)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt();
      case 3 -> smallest(random.nextLong());
      case 4 -> big();
      case 5 -> finite(Double.longBitsToDouble(random.nextLong()));
      case 6, 7 -> text();
      case 8 -> list(depth);
      default -> object(depth);
    };
  }

  // Readers give the smallest type that holds a number.
  private static Object smallest(long value) {
    return value == (int) value ? (Object) (int) value : (Object) value;
  }

  private BigInteger big() {
    BigInteger value = BigInteger.valueOf(random.nextLong()).shiftLeft(64 + random.nextInt(500));
    return value.signum() == 0 ? BigInteger.TWO.pow(64) : value.setBit(70).negate();
  }

  private static double finite(double value) {
    return Double.isFinite(value) ? value : 0.5;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(6)) {
        case 0 -> text.append((char) random.nextInt(0x20));
        case 1 -> text.append("\"\\/\b\u007f\u2028\ufeff".charAt(random.nextInt(7)));
        case 2 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
        case 3 -> text.append((char) (0xa0 + random.nextInt(0xd000)));
        case 4 -> text.append(withLoneSurrogates ? (char) (0xd800 + random.nextInt(0x800)) : 's');
        default -> text.append((char) ('a' + random.nextInt(26)));
      }
    }
    return text.toString();
  }
}
