package org.postage.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.encoding.Shop.body;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.message.MalformedMessageException;

class CborEncoderTest extends EncoderContract {
  private final CborEncoder cbor = new CborEncoder();

  @Override
  Encoder encoder() {
    return cbor;
  }

  @Override
  Encoder encoder(Limits limits) {
    return new CborEncoder(limits);
  }

  @Test
  void contentTypeIsCbors() {
    assertThat(cbor.contentType()).isEqualTo("application/cbor");
  }

  @Test
  void bodyIsWrittenAsRfc8949HasIt() {
    assertThat(HexFormat.of().formatHex(cbor.encode(Map.of("a", List.of(1, "b", true)))))
        .isIn("bf61619f016162f5ffff", "a161618301" + "6162f5", "bf6161830161" + "62f5ff");
  }

  @Test
  void bodiesAreSmallerThanJson() {
    Map<String, ?> body = body(List.of(new Shop.Item("pen", 1_000_000), Map.of("é", 1.5)));

    assertThat(cbor.encode(body)).hasSizeLessThan(new JsonEncoder().encode(body).length);
  }

  @Test
  void notANumberIsRead() {
    assertThat(decode("a16161fb7ff8000000000000")).isEqualTo(Map.of("a", Double.NaN));
    assertThat(decode("a16161f97c00")).isEqualTo(Map.of("a", (Object) Float.POSITIVE_INFINITY));
  }

  // Some of Jackson's own readers stumble over bytes where they expect text.
  @Test
  void bytesWhereADateIsExpectedAreMalformed() {
    Object bytes = decode("a1614a" + "4a323032362d30312d3032").values().iterator().next();

    for (Class<?> type : List.of(LocalDate.class, Instant.class, Duration.class, UUID.class)) {
      assertThatThrownBy(() -> cbor.convert(bytes, type, "$.content"))
          .as(type.getName())
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void keyThatComesTwiceIsRefused() {
    assertThatThrownBy(() -> decode("a2616101616102"))
        .isInstanceOf(EncodingException.class)
        .hasMessage("body of 7 bytes: not CBOR: Duplicate field 'a'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "a1", // cut
        "a16161", // cut
        "a1616101" + "00", // more behind it
        "a16161" + "62c328", // no UTF-8
        "ff", // a break without a start
        "a16161" + "1c" // reserved
      })
  void whatIsNoCborIsRefused(String hex) {
    assertThatThrownBy(() -> decode(hex))
        .isInstanceOf(EncodingException.class)
        .hasMessageStartingWith("body of " + hex.length() / 2 + " bytes: not CBOR: ");
  }

  @ParameterizedTest
  @CsvSource({"80, a list", "01, 1", "f6, null", "f5, true", "6161, 'x'"})
  void whatIsNoObjectIsMalformed(String hex, String found) {
    String shown = found.equals("x") ? "'a'" : found;

    assertThatThrownBy(() -> decode(hex))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("$: " + shown + " (expected: an object)");
  }

  @Test
  void jsonIsNoCbor() {
    assertThatThrownBy(() -> cbor.decode(new JsonEncoder().encode(body(1))))
        .isInstanceOfAny(EncodingException.class, MalformedMessageException.class);
  }

  @Test
  void textThatUtf8CanNotHoldIsRefusedWhenWritten() {
    assertThatThrownBy(() -> cbor.encode(body("\ud83d")))
        .isInstanceOf(EncodingException.class)
        .hasMessageStartingWith("$.parameters: cannot be written as CBOR: ");
  }

  private Map<String, ?> decode(String hex) {
    return cbor.decode(HexFormat.of().parseHex(hex));
  }
}
