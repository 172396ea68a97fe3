package org.postage.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class SchemasTest {
  @TestFactory
  Stream<DynamicTest> envelopeSchemaAcceptsWhatAReaderAccepts() {
    return Vector.all("good").stream()
        .map(
            vector ->
                DynamicTest.dynamicTest(
                    vector.name(),
                    () ->
                        assertThat(
                                MessageSchemas.violations(
                                    MessageSchemas.ENVELOPE, vector.bodyTree()))
                            .isEmpty()));
  }

  @TestFactory
  Stream<DynamicTest> envelopeSchemaRefusesWhatIsMalformed() {
    return Vector.all("bad").stream()
        .filter(vector -> vector.expect().get("error").asText().equals("malformed"))
        .filter(vector -> !vector.isReadAsResult())
        .map(
            vector ->
                DynamicTest.dynamicTest(
                    vector.name(),
                    () ->
                        assertThat(
                                MessageSchemas.violations(
                                    MessageSchemas.ENVELOPE, vector.bodyTree()))
                            .isNotEmpty()));
  }

  @TestFactory
  Stream<DynamicTest> schemaOfResultsRefusesBadResults() {
    return Vector.all("bad").stream()
        .filter(Vector::isReadAsResult)
        .map(
            vector ->
                DynamicTest.dynamicTest(
                    vector.name(),
                    () ->
                        assertThat(
                                MessageSchemas.violations(
                                    "urn:postage:message-v2:result", vector.bodyTree()))
                            .isNotEmpty()));
  }
}
