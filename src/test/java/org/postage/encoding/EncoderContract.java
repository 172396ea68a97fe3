package org.postage.encoding;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.encoding.Shop.body;
import static org.postage.encoding.Shop.listOf;
import static org.postage.encoding.Shop.mapOf;

import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.encoding.Shop.Circle;
import org.postage.encoding.Shop.Colour;
import org.postage.encoding.Shop.Item;
import org.postage.encoding.Shop.Order;
import org.postage.encoding.Shop.Shape;
import org.postage.encoding.Shop.Times;
import org.postage.message.MalformedMessageException;

/** What every encoder does, whatever its bytes look like. */
abstract class EncoderContract {
  private static final String PATH = "$.content.parameters";

  abstract Encoder encoder();

  abstract Encoder encoder(Limits limits);

  /** There and back, then to a type. */
  final @Nullable Object roundTrip(@Nullable Object value, Type type) {
    return encoder().convert(roundTrip(value), type, PATH);
  }

  final @Nullable Object roundTrip(@Nullable Object value) {
    return encoder().decode(encoder().encode(body(value))).get("parameters");
  }

  @Test
  void recordsSurvive() {
    Order order = new Order("Ann", List.of(new Item("pen", 3), new Item("ink", 7)), null);

    assertThat(roundTrip(order, Order.class)).isEqualTo(order);
  }

  @Test
  void plainObjectsSurvive() {
    Shop.Point point = new Shop.Point();
    point.x = 3;
    point.setY(4);

    assertThat(roundTrip(point, Shop.Point.class)).usingRecursiveComparison().isEqualTo(point);
    assertThat(roundTrip(new Shop.Named("Ann", "Lee"), Shop.Named.class))
        .usingRecursiveComparison()
        .isEqualTo(new Shop.Named("Ann", "Lee"));
  }

  @Test
  void listsOfRecordsSurvive() {
    List<Item> items = List.of(new Item("pen", 3), new Item("ink", 7));

    assertThat(roundTrip(items, listOf(Item.class))).isEqualTo(items);
    assertThat(roundTrip(Map.of("a", items), mapOf(listOf(Item.class))))
        .isEqualTo(Map.of("a", items));
  }

  /** Parts are read when they are asked for, in whatever order and however deep they are. */
  @Test
  void eachPartOfABodyIsWhatWasWritten() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Map<String, Object> written = randomMap(random, 6);

      Map<String, ?> read = encoder().decode(encoder().encode(written));

      assertThatParts(read, written, random, "seed " + seed);
    }
  }

  private void assertThatParts(
      @Nullable Object read, @Nullable Object written, Random random, String where) {
    if (written instanceof Map<?, ?> map) {
      if (random.nextBoolean()) {
        assertThat(encoder().convert(read, mapOf(Object.class), PATH)).as(where).isEqualTo(map);
      }
      List<Object> keys = new ArrayList<>(map.keySet());
      Collections.shuffle(keys, random);
      for (Object key : keys) {
        assertThatParts(
            ((Map<?, ?>) requireNonNull(read)).get(key), map.get(key), random, where + "." + key);
      }
    } else if (written instanceof List<?> list) {
      if (random.nextBoolean()) {
        assertThat(encoder().convert(read, listOf(Object.class), PATH)).as(where).isEqualTo(list);
      }
      for (int i = 0; i < list.size(); i++) {
        assertThatParts(
            ((List<?>) requireNonNull(read)).get(i), list.get(i), random, where + "[" + i + "]");
      }
    }
    assertThat(read).as(where).isEqualTo(written);
  }

  private static Map<String, Object> randomMap(Random random, int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      map.put("k\u00e9".repeat(random.nextInt(3)) + i, randomValue(random, depth - 1));
    }
    return map;
  }

  private static @Nullable Object randomValue(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 5)) {
      case 0 -> random.nextInt();
      case 1 -> "t\u00e4\"\n".repeat(random.nextInt(20));
      case 2 -> random.nextBoolean();
      case 3 -> null;
      case 4 -> random.nextInt(1000) / 8.0;
      case 5 ->
          Stream.generate(() -> randomValue(random, depth - 1)).limit(random.nextInt(4)).toList();
      default -> randomMap(random, depth);
    };
  }

  @Test
  void scalarsSurvive() {
    assertThat(roundTrip("", String.class)).isEqualTo("");
    assertThat(roundTrip("hi", String.class)).isEqualTo("hi");
    assertThat(roundTrip(true, boolean.class)).isEqualTo(true);
    assertThat(roundTrip(7, int.class)).isEqualTo(7);
    assertThat(roundTrip(7, Long.class)).isEqualTo(7L);
    assertThat(roundTrip(7, double.class)).isEqualTo(7.0);
    assertThat(roundTrip(0.1, double.class)).isEqualTo(0.1);
    assertThat(roundTrip(Long.MIN_VALUE, long.class)).isEqualTo(Long.MIN_VALUE);
    assertThat(roundTrip(Double.MIN_VALUE, double.class)).isEqualTo(Double.MIN_VALUE);
    assertThat(roundTrip(Colour.GREEN, Colour.class)).isEqualTo(Colour.GREEN);
    assertThat(roundTrip(null, String.class)).isNull();
  }

  @Test
  void bigIntegersSurvive() {
    BigInteger big = BigInteger.TEN.pow(300).negate();

    assertThat(roundTrip(big)).isEqualTo(big);
    assertThat(roundTrip(big, BigInteger.class)).isEqualTo(big);
  }

  @Test
  void timesSurvive() {
    Times times =
        new Times(
            Instant.parse("2026-11-25T22:00:00.123456789Z"),
            LocalDate.parse("2026-11-25"),
            LocalDateTime.parse("2026-11-25T22:00:00"),
            OffsetDateTime.parse("2026-11-25T22:00:00+05:30"),
            ZonedDateTime.parse("2026-11-25T22:00:00+01:00[Europe/Berlin]"),
            Duration.parse("PT1H0.5S"));

    assertThat(roundTrip(times, Times.class))
        .usingRecursiveComparison()
        .ignoringFields("zoned")
        .isEqualTo(times);
    assertThat(((Times) roundTripOf(times)).zoned().toInstant())
        .isEqualTo(times.zoned().toInstant());
  }

  private Object roundTripOf(Times times) {
    Object read = roundTrip(times, Times.class);
    assertThat(read).isNotNull();
    return read == null ? times : read;
  }

  @Test
  void timesAreTextsOfIso8601() {
    assertThat(roundTrip(Instant.parse("2026-11-25T22:00:00Z"))).isEqualTo("2026-11-25T22:00:00Z");
    assertThat(roundTrip(Duration.ofMinutes(1))).isEqualTo("PT1M");
    assertThat(roundTrip(LocalDate.parse("2026-11-25"))).isEqualTo("2026-11-25");
  }

  @Test
  void sealedTypesAreWrittenAndReadByTheirNames() {
    Shop.Drawing drawing = new Shop.Drawing(new Circle(2.5), List.of(new Shop.Square(1)));

    assertThat(roundTrip(drawing, Shop.Drawing.class)).isEqualTo(drawing);
    assertThat(roundTrip(new Circle(2.5), Shape.class)).isEqualTo(new Circle(2.5));
    assertThat(roundTrip(List.of(new Circle(1)), listOf(Shape.class)))
        .isEqualTo(List.of(new Circle(1)));
    assertThat(roundTrip(new Circle(2.5))).isEqualTo(Map.of("shape", "circle", "radius", 2.5));
    assertThat(encoder().convert(Map.of("shape", "circle", "radius", 2.5), Shape.class, PATH))
        .isEqualTo(new Circle(2.5));
    assertThatCode(() -> encoder().check(Shape.class)).doesNotThrowAnyException();
  }

  @Test
  void unknownSubtypeIsRefused() {
    assertThatThrownBy(
            () -> encoder().convert(Map.of("shape", "java.lang.String"), Shape.class, PATH))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(PATH + ": an object (expected: Shape)");
  }

  static List<Type> typesNamedByTheBody() {
    return List.of(
        Shop.Evil.class,
        Shop.MinimalEvil.class,
        Shop.Evil[].class,
        listOf(Shop.Evil.class),
        mapOf(listOf(Shop.Evil.class)),
        Shop.HoldsEvil.class,
        listOf(Shop.HoldsEvil.class),
        Shop.HoldsDeepEvil.class,
        Shop.EvilByProperty.class);
  }

  @ParameterizedTest
  @MethodSource("typesNamedByTheBody")
  void typesThatABodyWouldNameAreRefused(Type type) {
    assertThatThrownBy(() -> encoder().check(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "(.+): @JsonTypeInfo by class name \\(expected: use = NAME, with the subtypes listed\\)");
  }

  @Test
  void classesAreNeverLoadedByName() {
    assertThatThrownBy(() -> encoder().check(Class.class))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> encoder().check(Shop.HoldsClass.class))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> encoder().convert("java.lang.String", Class.class, PATH))
        .isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(classes = {String.class, int.class, Order.class, Object.class, Shop.Point.class})
  void ordinaryTypesAreAccepted(Class<?> type) {
    assertThatCode(() -> encoder().check(type)).doesNotThrowAnyException();
    assertThatCode(() -> encoder().check(listOf(type))).doesNotThrowAnyException();
  }

  @Test
  void unknownPropertiesAreIgnored() {
    assertThat(encoder().convert(Map.of("name", "pen", "price", 3, "x", 1), Item.class, PATH))
        .isEqualTo(new Item("pen", 3));
  }

  @Test
  void numberIsNoText() {
    assertUnfit(12, String.class, PATH + ": 12 (expected: a string)");
    assertUnfit(true, String.class, PATH + ": true (expected: a string)");
    assertUnfit(1.5, String.class, PATH + ": 1.5 (expected: a string)");
  }

  @Test
  void textIsNoNumber() {
    assertUnfit("12", int.class, PATH + ": '12' (expected: int)");
    assertUnfit("12", Integer.class, PATH + ": '12' (expected: Integer)");
    assertUnfit("1.5", double.class, PATH + ": '1.5' (expected: double)");
    assertUnfit("", int.class, PATH + ": '' (expected: int)");
    assertUnfit("true", boolean.class, PATH + ": 'true' (expected: boolean)");
  }

  @Test
  void fractionIsNoInteger() {
    assertUnfit(1.9, int.class, PATH + ": 1.9 (expected: int)");
    assertUnfit(1.9, long.class, PATH + ": 1.9 (expected: long)");
    assertUnfit(1.9, BigInteger.class, PATH + ": 1.9 (expected: BigInteger)");
  }

  @Test
  void integerThatIsTooBigIsRefused() {
    assertUnfit(1L << 40, int.class, PATH + ": 1099511627776 (expected: int)");
    assertUnfit(
        BigInteger.TWO.pow(64), long.class, PATH + ": 18446744073709551616 (expected: long)");
  }

  @Test
  void nullIsNoPrimitive() {
    assertUnfit(null, int.class, PATH + ": null (expected: int)");
    assertUnfit(null, boolean.class, PATH + ": null (expected: boolean)");
    assertThat(encoder().convert(null, Integer.class, PATH)).isNull();
  }

  @Test
  void booleanIsNoNumber() {
    assertUnfit(true, int.class, PATH + ": true (expected: int)");
    assertUnfit(1, boolean.class, PATH + ": 1 (expected: boolean)");
  }

  @Test
  void listIsNoTextAndNoObject() {
    assertUnfit(List.of(1), String.class, PATH + ": a list (expected: a string)");
    assertUnfit(List.of(1), Item.class, PATH + ": a list (expected: Item)");
    assertUnfit(Map.of(), listOf(String.class), PATH + ": an object (expected: a list)");
    assertUnfit("x", mapOf(String.class), PATH + ": 'x' (expected: an object)");
    assertUnfit("x", Item.class, PATH + ": 'x' (expected: Item)");
  }

  @Test
  void unknownConstantIsRefused() {
    assertUnfit("BLUE", Colour.class, PATH + ": 'BLUE' (expected: Colour)");
    assertUnfit(0, Colour.class, PATH + ": 0 (expected: Colour)");
  }

  @Test
  void errorNamesThePathBelowTheParameter() {
    Map<String, ?> order =
        Map.of(
            "customer",
            "Ann",
            "items",
            List.of(
                Map.of("name", "a", "price", 1),
                Map.of("name", "b", "price", 2),
                Map.of("name", "c", "price", "3")));

    assertThatThrownBy(() -> encoder().convert(order, Order.class, PATH))
        .isInstanceOfSatisfying(
            MalformedMessageException.class,
            e -> {
              assertThat(e.path()).isEqualTo("$.content.parameters.items[2].price");
              assertThat(e.expected()).isEqualTo("int");
            })
        .hasMessage("$.content.parameters.items[2].price: '3' (expected: int)");
  }

  @Test
  void errorInAListNamesTheElement() {
    assertUnfit(
        Arrays.<@Nullable Object>asList("a", null, 3),
        listOf(String.class),
        PATH + "[2]: 3 (expected: a string)");
  }

  @Test
  void errorShowsKeysAndValuesOfThePeerOnOneLine() {
    assertUnfit(
        Map.of("a\u001b[2J\n", "b\r\n"),
        mapOf(Integer.class),
        PATH + ".a\\u001b[2J\\u000a: 'b\\u000d\\u000a' (expected: Integer)");
  }

  @Test
  void nothingNotFiniteIsWritten() {
    assertUnwritable(Double.NaN, "$.parameters", "NaN");
    assertUnwritable(Double.POSITIVE_INFINITY, "$.parameters", "Infinity");
    assertUnwritable(Float.NEGATIVE_INFINITY, "$.parameters", "-Infinity");
    assertUnwritable(List.of(1.0, Double.NaN), "$.parameters[1]", "NaN");
    assertUnwritable(Map.of("a", Map.of("b", Float.NaN)), "$.parameters.a.b", "NaN");
    assertUnwritable(new double[] {1, Double.NaN}, "$.parameters", "NaN");
    assertUnwritable(new float[] {Float.NaN}, "$.parameters", "NaN");
    assertUnwritable(new Double[] {1.0, Double.NaN}, "$.parameters[1]", "NaN");
    assertUnwritable(new Shop.Floats(Double.NaN, 1.0, 1, 1f), "$.parameters.a", "NaN");
    assertUnwritable(new Shop.Floats(1, Double.NaN, 1, 1f), "$.parameters.b", "NaN");
    assertUnwritable(new Shop.Floats(1, 1.0, Float.NaN, 1f), "$.parameters.c", "NaN");
    assertUnwritable(new Shop.Floats(1, 1.0, 1, Float.NaN), "$.parameters.d", "NaN");
  }

  @Test
  void finiteNumbersAreWritten() {
    assertThat(roundTrip(new Shop.Floats(1, 1.5, 2, -2.5f), Shop.Floats.class))
        .isEqualTo(new Shop.Floats(1, 1.5, 2, -2.5f));
    assertThat(roundTrip(new double[] {1, 2.5})).isEqualTo(List.of(1.0, 2.5));
    assertThat(roundTrip(new float[] {2.5f}, float[].class)).isEqualTo(new float[] {2.5f});
  }

  @Test
  void getterThatFailsIsAnEncodingErrorThatSaysWhere() {
    assertThatThrownBy(() -> encoder().encode(body(Map.of("a", new Shop.Broken()))))
        .isInstanceOf(EncodingException.class)
        .hasMessageStartingWith("$.parameters.a.name: cannot be written as ");
  }

  @Test
  void objectThatHoldsItselfIsAnEncodingError() {
    Map<String, @Nullable Object> self = body(null);
    self.put("parameters", self);

    assertThatThrownBy(() -> encoder().encode(self)).isInstanceOf(EncodingException.class);
  }

  @Test
  void bodyThatIsTooBigIsNeitherWrittenNorRead() {
    byte[] big = encoder().encode(body("x".repeat(200)));
    Encoder small = encoder(Limits.DEFAULT.withMaxBodyBytes(big.length - 1));
    Encoder justEnough = encoder(Limits.DEFAULT.withMaxBodyBytes(big.length));

    String message = "body: " + big.length + " bytes (expected: at most " + (big.length - 1) + ")";
    assertThatThrownBy(() -> small.encode(body("x".repeat(200))))
        .isInstanceOf(LimitExceededException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> small.decode(big))
        .isInstanceOf(LimitExceededException.class)
        .hasMessage(message);
    assertThat(justEnough.decode(big)).isEqualTo(body("x".repeat(200)));
    assertThat(justEnough.encode(body("x".repeat(200)))).isEqualTo(big);
  }

  @Test
  void limitsOfDepthAndStringHold() {
    Encoder strict = encoder(new Limits(1 << 20, 3, 100, 10, 10, 10));

    assertThat(strict.decode(encoder().encode(body(List.of(List.of())))))
        .isEqualTo(body(List.of(List.of())));
    assertLimited(strict, body(List.of(List.of(List.of()))));
    assertThat(strict.decode(encoder().encode(Map.of("a", "0123456789"))))
        .isEqualTo(Map.of("a", "0123456789"));
    assertLimited(strict, Map.of("a", "0123456789x"));
  }

  @Test
  void limitOfNamesHolds() {
    Encoder strict = encoder(new Limits(1 << 20, 64, 50, 1 << 10, 100, 1_000));

    assertThat(strict.decode(encoder().encode(Map.of("x".repeat(100), 1)))).hasSize(1);
    assertLimited(strict, Map.of("x".repeat(101), 1));
    assertLimited(encoder(), Map.of("x".repeat(20_000), 1));
    assertLimited(encoder(), body(List.of(Map.of("x".repeat(1_025), 1))));
  }

  @Test
  void limitOfTokensHolds() {
    Encoder strict = encoder(new Limits(1 << 20, 64, 50, 1 << 10, 1 << 10, 1_000));

    assertThat(strict.decode(encoder().encode(body(List.of(1, 2, 3))))).hasSize(1);
    assertLimited(strict, body(java.util.Collections.nCopies(60, 1)));
  }

  @Test
  void bodyThatIsNoObjectIsMalformed() {
    assertThat(encoder().decode(encoder().encode(Map.of()))).isEmpty();
  }

  private void assertLimited(Encoder strict, Map<String, ? extends @Nullable Object> body) {
    byte[] bytes = encoder().encode(body);
    assertThatThrownBy(() -> strict.decode(bytes))
        .as(body.toString())
        .isInstanceOf(LimitExceededException.class)
        .hasMessageStartingWith("body of " + bytes.length + " bytes: ");
  }

  private void assertUnfit(@Nullable Object value, Type type, String message) {
    assertThatThrownBy(() -> encoder().convert(value, type, PATH))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  private void assertUnwritable(Object value, String path, String number) {
    assertThatThrownBy(() -> encoder().encode(body(value)))
        .isInstanceOf(EncodingException.class)
        .hasMessageMatching(
            java.util.regex.Pattern.quote(path)
                + ": cannot be written as (JSON|CBOR): "
                + number
                + " \\(expected: a finite number\\)");
  }
}
