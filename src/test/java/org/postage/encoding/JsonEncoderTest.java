package org.postage.encoding;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.encoding.Shop.body;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.message.MalformedMessageException;

class JsonEncoderTest extends EncoderContract {
  private final JsonEncoder json = new JsonEncoder();

  @Override
  Encoder encoder() {
    return json;
  }

  @Override
  Encoder encoder(Limits limits) {
    return new JsonEncoder(limits);
  }

  @Test
  void contentTypeIsJsons() {
    assertThat(json.contentType()).isEqualTo("application/json");
  }

  @Test
  void onlyAsciiIsWritten() {
    byte[] bytes = json.encode(body("é\u2028\ud83d\ude00\u007f"));

    assertThat(new String(bytes, UTF_8))
        .isEqualToIgnoringCase("{\"parameters\":\"\\u00e9\\u2028\\ud83d\\ude00\u007f\"}");
  }

  @Test
  void rawUnicodeIsRead() {
    assertThat(decode("{\"é\":\"世\ud83d\ude00\u2028\"}"))
        .isEqualTo(Map.of("é", "世\ud83d\ude00\u2028"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\ud83d", "a\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00", "\ud800x\udfff"})
  void loneSurrogatesSurvive(String text) {
    assertThat(roundTrip(text, String.class)).isEqualTo(text);
    assertThat(json.decode(json.encode(Map.of(text, 1)))).isEqualTo(Map.of(text, 1));
  }

  @Test
  void tokensThatPythonWritesAreRead() {
    assertThat(decode("{\"a\": [NaN, Infinity, -Infinity]}"))
        .isEqualTo(
            Map.of("a", List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)));
    assertThat(json.convert(Double.NaN, double.class, "$")).isEqualTo(Double.NaN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nan", "inf", "infinity", "-NaN", "-Inf", "NaNs", "Infinit"})
  void otherSpellingsOfTheseTokensAreRefused(String token) {
    assertNotJson("{\"a\": " + token + "}");
  }

  @Test
  void integersKeepTheirExactValue() {
    assertThat(decode("{\"a\": [1, 2147483648, 9007199254740993, 18446744073709551616]}"))
        .isEqualTo(Map.of("a", List.of(1, 2147483648L, 9007199254740993L, BigInteger.TWO.pow(64))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
        "{\"x\":[{\"a\":1,\"a\":1}]}"
      })
  void keyThatComesTwiceIsRefused(String text) {
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(EncodingException.class)
        .hasMessage("body of " + text.length() + " bytes: not JSON: Duplicate field 'a'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}}",
        "{} {}",
        "{} x",
        "{},",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":0x1}",
        "{\"a\":None}",
        "{\"a\":True}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":1}//c",
        "/*c*/{\"a\":1}",
        "{\"a\":1}\u0000"
      })
  void whatIsNoJsonIsRefused(String text) {
    assertNotJson(text);
  }

  /** A handler reads its own part of a body, and the rest only if it asks: it must be good. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1,]",
        "01",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12\"",
        "{\"a\":1,\"a\":1}",
        "[{\"a\":1,\"\\u0061\":2}]",
        "{\"a\":[1,2,{\"b\":1,\"c\":2,\"b\":3}]}",
        "[1",
        "{\"a\":{",
        "tru"
      })
  void whatIsNoJsonIsRefusedHoweverDeepItIs(String text) {
    assertNotJson("{\"x\":{\"y\":{\"z\":" + text + "}}}");
    assertNotJson("{\"x\":{\"y\":[" + text + "]}}");
    assertNotJson("{\"x\":{\"y\":{\"z\":{}," + "\"é\":[[" + text + "]]}}}");
  }

  @Test
  void keyThatComesTwiceAmongManyIsRefusedHoweverDeepItIs() {
    String many = IntStream.range(0, 5_000).mapToObj(i -> "\"k" + i + "\":0").collect(joining(","));

    assertThat(decode("{\"x\":{\"y\":{" + many + "}}}")).containsKey("x");
    assertNotJson("{\"x\":{\"y\":{" + many + ",\"k4711\":1}}}");
    assertNotJson("{\"x\":{" + many + ",\"k4711\":1}}");
  }

  @Test
  void limitsHoldHoweverDeepItIs() {
    assertTooMuch("{\"x\":{\"y\":{\"z\":" + "1".repeat(1_001) + "}}}");
    assertTooMuch("{\"x\":{\"y\":{\"z\":\"" + "s".repeat((1 << 19) + 1) + "\"}}}");
    assertTooMuch("{\"x\":{\"y\":{\"" + "n".repeat(1_025) + "\":0}}}");
    assertTooMuch("{\"x\":{\"y\":{\"z\":[" + "0,".repeat(200_000) + "0]}}}");
  }

  @Test
  void decimalFractionsAreReadExactly() {
    record Price(BigDecimal amount) {}
    Map<?, ?> body = decode("{\"content\":{\"parameters\":{\"amount\":0.10000000000000000001}}}");
    Object parameters = part(body, "content", "parameters");

    assertThat(json.convert(parameters, Price.class, "$"))
        .isEqualTo(new Price(new BigDecimal("0.10000000000000000001")));
  }

  @Test
  void partsThatWereNotAskedForAreThereAndReadWhenTheyAre() {
    String text =
        "{\"a\":[{\"b\":[1,{\"c\":null}],\"d\":\"ä\"}],\"x\":{\"y\":{\"z\":[true,[1.5]]},\"l\":[]}}";
    Map<String, Object> inner = new LinkedHashMap<>();
    inner.put("c", null);

    Map<String, ?> body = decode(text);

    assertThat(body)
        .isEqualTo(
            Map.of(
                "a", List.of(Map.of("b", List.of(1, inner), "d", "ä")),
                "x", Map.of("y", Map.of("z", List.of(true, List.of(1.5))), "l", List.of())));
    assertThat(json.convert(part(body, "x", "y", "z"), Object[].class, "$"))
        .isEqualTo(new Object[] {true, List.of(1.5)});
  }

  @ParameterizedTest
  @CsvSource({"[], a list", "1, 1", "null, null", "true, true", "NaN, NaN", "'\"a\nb\"', x"})
  void whatIsNoObjectIsMalformed(String text, String found) {
    String body = text.replace("\n", "\\n");
    String shown = found.equals("x") ? "'a\\u000ab'" : found;

    assertThatThrownBy(() -> decode(body))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$: " + shown + " (expected: an object)");
  }

  @Test
  void otherEncodingsOfUnicodeAreRefused() {
    for (Charset charset : List.of(UTF_16BE, UTF_16LE, Charset.forName("UTF-32"))) {
      byte[] bytes = "{\"a\":1}".getBytes(charset);
      assertThatThrownBy(() -> json.decode(bytes))
          .as(charset.name())
          .isInstanceOf(EncodingException.class)
          .hasMessageStartingWith("body of " + bytes.length + " bytes: not JSON: ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c0af", // an overlong slash
        "e080af",
        "f08080af",
        "eda0bd", // a surrogate
        "f4908080", // beyond Unicode
        "f5808080",
        "e9", // Latin-1
        "c3", // cut
        "80",
        "ff"
      })
  void bytesThatAreNoUtf8AreRefused(String hex) {
    byte[] bytes = inString(HexFormat.of().parseHex(hex));

    assertThatThrownBy(() -> json.decode(bytes))
        .isInstanceOf(EncodingException.class)
        .hasMessage("body of " + bytes.length + " bytes: not JSON: not UTF-8");
  }

  @Test
  void byteOrderMarkIsRefused() {
    assertNotJson("\ufeff{\"a\":1}");
    byte[] utf16 = "\ufeff{\"a\":1}".getBytes(UTF_16BE);
    assertThatThrownBy(() -> json.decode(utf16)).isInstanceOf(EncodingException.class);
  }

  @Test
  void sizeIsLookedAtBeforeAnythingElse() {
    byte[] bytes = new byte[(1 << 20) + 1];
    Arrays.fill(bytes, (byte) 0xff);

    assertThatThrownBy(() -> json.decode(bytes))
        .isInstanceOf(LimitExceededException.class)
        .hasMessage("body: 1048577 bytes (expected: at most 1048576)");
  }

  @Test
  void limitOfDigitsHolds() {
    assertThat(decode("{\"a\":" + "1".repeat(1_000) + "}"))
        .isEqualTo(Map.of("a", new BigInteger("1".repeat(1_000))));
    assertTooMuch("{\"a\":" + "1".repeat(1_001) + "}");
    assertTooMuch("{\"a\":0." + "1".repeat(1_100) + "}");
  }

  @Test
  void limitOfDepthCountsTheBody() {
    assertThat(decode("{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}")).containsKey("a");
    assertTooMuch("{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}");
  }

  @Test
  void hugeExponentIsReadAsADoubleWithoutHarm() {
    assertThat(decode("{\"a\":1e999999999}")).isEqualTo(Map.of("a", Double.POSITIVE_INFINITY));
  }

  @Test
  void oneMebibyteIsReadAndNoMore() {
    byte[] bytes = new byte[1 << 20];
    Arrays.fill(bytes, (byte) ' ');
    bytes[0] = '{';
    bytes[1] = '}';

    assertThat(json.decode(bytes)).isEmpty();
    assertThatThrownBy(() -> json.decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(LimitExceededException.class)
        .hasMessage("body: 1048577 bytes (expected: at most 1048576)");
  }

  @Test
  void errorOfTheParserIsOneShortLine() {
    String text = "{\"a\": \u001b[31m" + "x".repeat(5_000) + "\n}";

    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(EncodingException.class)
        .satisfies(
            e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n", "\u001b"));
  }

  private static @Nullable Object part(Map<?, ?> body, String... keys) {
    Object part = body;
    for (String key : keys) {
      part = requireNonNull((Map<?, ?>) part).get(key);
    }
    return part;
  }

  private Map<String, ?> decode(String text) {
    return json.decode(text.getBytes(UTF_8));
  }

  private void assertNotJson(String text) {
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(EncodingException.class)
        .isNotInstanceOf(LimitExceededException.class)
        .hasMessageStartingWith("body of " + text.getBytes(UTF_8).length + " bytes: not JSON: ");
  }

  private void assertTooMuch(String text) {
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageStartingWith("body of " + text.length() + " bytes: ");
  }

  private static byte[] inString(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("{\"a\":\"".getBytes(UTF_8));
    out.writeBytes(content);
    out.writeBytes("\"}".getBytes(UTF_8));
    return out.toByteArray();
  }
}
