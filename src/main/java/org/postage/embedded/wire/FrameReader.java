package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;

/** Frames from a client, refused before anything is allocated for them if they are too long. */
final class FrameReader {
  /** What a client may send before both sides have agreed on a size. */
  static final int INITIAL_FRAME_MAX = 4096;

  /** Type, channel, length and end marker. */
  static final int FRAME_OVERHEAD = 8;

  private static final byte[] PROTOCOL = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  // What amqp-client before 2.0 sent; RabbitMQ still takes it for 0-9-1.
  private static final byte[] PROTOCOL_0_8 = {'A', 'M', 'Q', 'P', 1, 1, 8, 0};

  private final Buffered buffered;
  private final DataInputStream in;
  private int maxPayload = INITIAL_FRAME_MAX - FRAME_OVERHEAD;

  FrameReader(InputStream in) {
    this.buffered = new Buffered(in);
    this.in = new DataInputStream(buffered);
  }

  void frameMax(int frameMax) {
    maxPayload = frameMax - FRAME_OVERHEAD;
  }

  /** True if the client starts as AMQP 0-9-1 does. */
  boolean readProtocolHeader() throws IOException {
    byte[] header = in.readNBytes(PROTOCOL.length);
    if (header.length < PROTOCOL.length) {
      throw new EOFException();
    }
    return Arrays.equals(header, PROTOCOL) || Arrays.equals(header, PROTOCOL_0_8);
  }

  static byte[] protocolHeader() {
    return PROTOCOL.clone();
  }

  /** True if all that was taken from the socket has been read, so that the next read may wait. */
  boolean drained() {
    return buffered.drained();
  }

  /**
   * The next frame.
   *
   * @throws EOFException if the client has gone
   * @throws Refusal if it is too long or wrongly ended; nothing that follows can then be read
   */
  Frame read() throws IOException {
    int type = in.readUnsignedByte();
    int channel = in.readUnsignedShort();
    int length = in.readInt();
    if (length < 0 || length > maxPayload) {
      throw malformed(
          type,
          new byte[0],
          "{frame_too_large," + Integer.toUnsignedString(length) + "," + maxPayload + "}");
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    int end = in.readUnsignedByte();
    if (end != AMQP.FRAME_END) {
      throw malformed(type, payload, "{invalid_frame_end_marker," + end + "}");
    }
    return new Frame(type, channel, payload);
  }

  /** Reads on and forgets, so that the client gets to read why it was refused, before the end. */
  void discardRest() throws IOException {
    long unused = in.transferTo(OutputStream.nullOutputStream());
  }

  static Refusal malformed(int type, byte[] payload, String what) {
    return new Refusal(
        ReplyCode.FRAME_ERROR, "type " + type + ", " + Octets.first(payload) + ": " + what);
  }

  private static final class Buffered extends BufferedInputStream {
    private static final int SIZE = 16_384;

    Buffered(InputStream in) {
      super(in, SIZE);
    }

    // Asking the socket as well, as available() does, would cost a system call for each frame.
    boolean drained() {
      return pos >= count;
    }
  }
}
