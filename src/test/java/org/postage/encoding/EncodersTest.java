package org.postage.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodersTest {
  private final JsonEncoder json = new JsonEncoder();
  private final CborEncoder cbor = new CborEncoder();
  private final Encoders encoders = Encoders.of(List.of(json, cbor));

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "application/json",
        "APPLICATION/JSON",
        "Application/Json",
        "application/json;charset=utf-8",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/json ; charset=utf-8"
      })
  void jsonIsReadUnderEveryNameOfIts(String contentType) {
    assertThat(encoders.forContentType(contentType)).isSameAs(json);
  }

  @Test
  void otherEncoderIsChosenByItsContentType() {
    assertThat(encoders.forContentType("application/cbor")).isSameAs(cbor);
    assertThat(encoders.forContentType("Application/CBOR")).isSameAs(cbor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-python-serialize",
        "application/json2",
        "application/jso",
        "application/json+x",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "application/json; version=2",
        "application/json; charset=utf-8; version=2",
        "json",
        "*/*"
      })
  void anythingElseIsRefused(String contentType) {
    assertThatThrownBy(() -> encoders.forContentType(contentType))
        .isInstanceOfSatisfying(
            UnsupportedContentTypeException.class,
            e -> assertThat(e.contentType()).isEqualTo(contentType))
        .hasMessage(
            "content type: '"
                + contentType
                + "' (expected: application/json or application/cbor, or none)");
  }

  @Test
  void errorShowsThePeersTextOnOneLine() {
    assertThatThrownBy(() -> encoders.forContentType("a\nb"))
        .hasMessage(
            "content type: 'a\\u000ab' (expected: application/json or application/cbor, or none)");
  }

  @Test
  void theFirstWritesAndReadsWhatHasNoContentType() {
    Encoders cborFirst = Encoders.of(List.of(cbor, json));

    assertThat(cborFirst.standard()).isSameAs(cbor);
    assertThat(cborFirst.forContentType(null)).isSameAs(cbor);
    assertThat(cborFirst.forContentType("application/json")).isSameAs(json);
  }

  @Test
  void theFirstOfTwoWithOneContentTypeReads() {
    assertThat(Encoders.of(List.of(json, new JsonEncoder())).forContentType("application/json"))
        .isSameAs(json);
  }

  @Test
  void noneAtAllIsRefused() {
    assertThatThrownBy(() -> Encoders.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("encoders: none (expected: at least one)");
  }

  @Test
  void everyEncoderHasToAcceptAType() {
    assertThatCode(() -> encoders.check(Shop.Order.class)).doesNotThrowAnyException();
    assertThatThrownBy(() -> encoders.check(Shop.Evil.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            Shop.Evil.class.getName()
                + ": @JsonTypeInfo by class name (expected: use = NAME, with the subtypes listed)");
  }
}
