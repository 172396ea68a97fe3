package org.postage;

import java.nio.charset.StandardCharsets;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.MessageFormat;

/** Bodies for messages that a test publishes itself. */
final class JsonBodies {
  private JsonBodies() {}

  static byte[] command(String name, String parameters) {
    return new JsonEncoder().encode(MessageFormat.toMap(Message.command(name, parameters)));
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
