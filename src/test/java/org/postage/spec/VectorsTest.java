package org.postage.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.encoding.EncodingException;
import org.postage.encoding.JsonEncoder;
import org.postage.encoding.LimitExceededException;
import org.postage.encoding.UnsupportedContentTypeException;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;

class VectorsTest {
  private final Encoders encoders = Encoders.of(List.of(new JsonEncoder()));

  @TestFactory
  Stream<DynamicTest> goodBodiesAreReadAsExpected() {
    return Vector.all("good").stream()
        .map(vector -> DynamicTest.dynamicTest(vector.name(), () -> assertReadAsExpected(vector)));
  }

  @TestFactory
  Stream<DynamicTest> badBodiesAreRefusedForTheRightReason() {
    return Vector.all("bad").stream()
        .map(vector -> DynamicTest.dynamicTest(vector.name(), () -> assertRefused(vector)));
  }

  @TestFactory
  Stream<DynamicTest> goodBodiesAreReadTheSameAfterWeWroteThem() {
    return Vector.all("good").stream()
        .filter(
            vector ->
                !new String(vector.body(), java.nio.charset.StandardCharsets.UTF_8)
                    .matches("(?s).*(NaN|Infinity)[,}\\]].*"))
        .map(
            vector ->
                DynamicTest.dynamicTest(
                    vector.name(),
                    () -> {
                      Message message = read(vector);
                      Encoder json = encoders.standard();
                      assertThat(
                              MessageFormat.fromMap(
                                  json.decode(json.encode(MessageFormat.toMap(message)))))
                          .isEqualTo(message);
                    }));
  }

  @Test
  void vectorsAreThere() {
    assertThat(Vector.all("good")).hasSizeGreaterThan(70);
    assertThat(Vector.all("bad")).hasSizeGreaterThan(90);
  }

  @Test
  void bodyOfJustTheLimitIsReadAndOneByteMoreIsNot() {
    Vector vector = Vector.all("good").get(0);
    byte[] body = Arrays.copyOf(vector.body(), 1_048_577);
    Arrays.fill(body, vector.body().length, body.length, (byte) ' ');
    Encoder json = encoders.standard();

    assertThat(MessageFormat.fromMap(json.decode(Arrays.copyOf(body, 1_048_576))))
        .isEqualTo(read(vector));
    assertThat(kindOf(catchThrowable(() -> json.decode(body)))).isEqualTo("limit");
  }

  private void assertReadAsExpected(Vector vector) {
    Message message = read(vector);

    JsonNode expected = vector.expect();
    assertThat(message.category().wireName()).isEqualTo(expected.get("category").textValue());
    assertThat(message.type()).isEqualTo(Vector.resolved(expected.get("type")));
    assertThat(message.name()).isEqualTo(Vector.resolved(expected.get("name")));
    assertThat(MessageFormat.toMap(message).get("version"))
        .isEqualTo(expected.get("version").textValue());
    assertThat(Vector.comparable(message.fingerprint()))
        .isEqualTo(Vector.resolved(expected.get("fingerprint")));
    assertThat(Vector.comparable(message.content()))
        .isEqualTo(Vector.resolved(expected.get("content")));
  }

  private void assertRefused(Vector vector) {
    Throwable error = catchThrowable(() -> read(vector));

    assertThat(error).as("error").isNotNull();
    assertThat(kindOf(error)).as(error.toString()).isEqualTo(vector.expect().get("error").asText());
    String path = error instanceof MalformedMessageException malformed ? malformed.path() : null;
    assertThat(path).isEqualTo(vector.expect().get("path").textValue());
  }

  private Message read(Vector vector) {
    byte[] body = vector.body();
    Message message =
        MessageFormat.fromMap(encoders.forContentType(vector.contentType()).decode(body));
    if (vector.isReadAsResult()) {
      assertThat(Result.of(message)).isNotNull();
    }
    return message;
  }

  private static String kindOf(@Nullable Throwable error) {
    if (error instanceof UnsupportedContentTypeException) {
      return "unsupported-content-type";
    } else if (error instanceof LimitExceededException) {
      return "limit";
    } else if (error instanceof MalformedMessageException) {
      return "malformed";
    }
    return error instanceof EncodingException ? "not-json" : String.valueOf(error);
  }
}
