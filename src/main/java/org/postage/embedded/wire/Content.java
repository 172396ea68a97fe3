package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQContentHeader;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.postage.embedded.model.Message;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;

/**
 * A published message on its way in: the method, then a header, then as many bodies as it takes.
 */
final class Content {
  private static final int BASIC = 60;

  private final AMQP.Basic.Publish method;
  private @Nullable BasicProperties properties;
  private byte[] body = new byte[0];

  // Used only for a body of more than one frame. It grows with what arrives, not with what is
  // announced.
  private @Nullable ByteArrayOutputStream parts;
  private long missing;

  Content(AMQP.Basic.Publish method) {
    this.method = method;
  }

  /** Takes the next frame; true once the message is complete. */
  boolean take(Frame frame) {
    if (properties == null) {
      properties = header(frame);
    } else if (frame.getType() != AMQP.FRAME_BODY) {
      throw unexpected("expected content body, got non content body frame instead");
    } else {
      append(frame.getPayload());
    }
    return missing == 0;
  }

  private BasicProperties header(Frame frame) {
    if (frame.getType() != AMQP.FRAME_HEADER) {
      throw unexpected(
          "expected content header for class 60, got non content header frame instead");
    }
    AMQContentHeader header = decode(frame);
    missing = header.getBodySize();
    if (missing < 0 || missing > Message.MAX_SIZE) {
      throw Refusal.precondition(
          "message size "
              + Long.toUnsignedString(missing)
              + " is larger than configured max size "
              + Message.MAX_SIZE);
    }
    return (BasicProperties) header;
  }

  private static AMQContentHeader decode(Frame frame) {
    byte[] payload = frame.getPayload();
    try {
      int classId = frame.getInputStream().readUnsignedShort();
      if (classId != BASIC) {
        throw unexpected(
            "expected content header for class 60, got one for class " + classId + " instead");
      }
      return AMQImpl.readContentHeaderFrom(frame.getInputStream());
    } catch (IOException undecodable) {
      throw new Refusal(ReplyCode.FRAME_ERROR, "cannot decode " + Octets.binary(payload));
    }
  }

  private void append(byte[] payload) {
    if (payload.length > missing) {
      throw unexpected(
          "expected content body of at most " + missing + " octets, got " + payload.length);
    }
    missing -= payload.length;
    if (parts == null && missing == 0) {
      body = payload;
      return;
    }
    if (parts == null) {
      parts = new ByteArrayOutputStream(payload.length * 2);
    }
    parts.writeBytes(payload);
    if (missing == 0) {
      body = parts.toByteArray();
    }
  }

  AMQP.Basic.Publish method() {
    return method;
  }

  BasicProperties properties() {
    if (properties == null) {
      throw new IllegalStateException("properties: none (expected: take returned true before)");
    }
    return properties;
  }

  byte[] body() {
    return body;
  }

  private static Refusal unexpected(String what) {
    return new Refusal(ReplyCode.UNEXPECTED_FRAME, what);
  }
}
