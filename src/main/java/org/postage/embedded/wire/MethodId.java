package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.nio.ByteBuffer;

/**
 * Which method something went wrong with, as close methods say it.
 *
 * @param classId class of the method, or 0
 * @param methodId number of the method in its class, or 0
 */
record MethodId(int classId, int methodId) {
  /** Nothing that a client asked for. */
  static final MethodId NONE = new MethodId(0, 0);

  private static final MethodId BASIC_PUBLISH = new MethodId(60, 40);

  /** The method that a frame carries, or carries the content of. */
  static MethodId of(Frame frame) {
    return switch (frame.getType()) {
      case AMQP.FRAME_METHOD -> leading(ByteBuffer.wrap(frame.getPayload()));
      case AMQP.FRAME_HEADER, AMQP.FRAME_BODY -> BASIC_PUBLISH;
      default -> NONE;
    };
  }

  private static MethodId leading(ByteBuffer payload) {
    return payload.remaining() < Integer.BYTES
        ? NONE
        : new MethodId(
            Short.toUnsignedInt(payload.getShort()), Short.toUnsignedInt(payload.getShort()));
  }
}
