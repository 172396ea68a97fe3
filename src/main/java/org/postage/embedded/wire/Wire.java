package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.Method;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** What amqp-client encodes, without the exceptions that encoding to memory cannot raise. */
final class Wire {
  private static final int SHORT_TEXT_OCTETS = 255;
  private static final String CUT = "...";

  private Wire() {}

  static Frame frame(Method method, int channel) {
    try {
      return method.toFrame(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Frame header(BasicProperties properties, int channel, long bodySize) {
    try {
      return properties.toFrame(channel, bodySize);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Frame body(int channel, byte[] body, int offset, int length) {
    return new Frame(AMQP.FRAME_BODY, channel, ByteBuffer.wrap(body, offset, length).slice());
  }

  /** As much of a text as the protocol's short text can carry. */
  static String shortText(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length <= SHORT_TEXT_OCTETS) {
      return text;
    }
    ByteBuffer octets = ByteBuffer.allocate(SHORT_TEXT_OCTETS - CUT.length());
    // The encoder stops before a character that does not fit whole.
    StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text), octets, true);
    return StandardCharsets.UTF_8.decode(octets.flip()) + CUT;
  }
}
