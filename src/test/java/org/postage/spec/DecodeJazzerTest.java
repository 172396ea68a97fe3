package org.postage.spec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Map;
import org.postage.encoding.CborEncoder;
import org.postage.encoding.Encoder;
import org.postage.encoding.EncodingException;
import org.postage.encoding.JsonEncoder;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;

/**
 * About decoding any bytes: a message, or an error that says so.
 *
 * <p>Each run replays what is kept under {@code src/test/resources}. To look for more, for a
 * minute, one target at a time: {@code JAZZER_FUZZ=1 mvn test -Dtest=DecodeJazzerTest#json}.
 */
class DecodeJazzerTest {
  private static final JsonEncoder JSON = new JsonEncoder();
  private static final CborEncoder CBOR = new CborEncoder();

  @FuzzTest(maxDuration = "60s")
  void json(byte[] body) {
    decode(JSON, body);
  }

  @FuzzTest(maxDuration = "60s")
  void cbor(byte[] body) {
    decode(CBOR, body);
  }

  private static void decode(Encoder encoder, byte[] body) {
    Message message;
    try {
      message = MessageFormat.fromMap(encoder.decode(body));
      encoder.convert(message.content(), Map.class, "$.content");
    } catch (EncodingException | MalformedMessageException e) {
      return;
    }
    try {
      Result.of(message);
    } catch (MalformedMessageException e) {
      // Most are none.
    }
    readAgain(encoder, message);
  }

  // Not everything that is read may be written: NaN is not.
  private static void readAgain(Encoder encoder, Message message) {
    byte[] written;
    try {
      written = encoder.encode(MessageFormat.toMap(message));
    } catch (EncodingException e) {
      return;
    }
    Message again = MessageFormat.fromMap(encoder.decode(written));
    // Bytes equal no other bytes, but are written alike.
    if (!again.equals(message)
        && !Arrays.equals(encoder.encode(MessageFormat.toMap(again)), written)) {
      throw new AssertionError("read as another message than it was written as: " + message);
    }
  }
}
