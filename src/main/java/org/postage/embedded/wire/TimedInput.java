package org.postage.embedded.wire;

import java.io.FilterInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * A socket's input with a limit on waiting: on all of it together while a client introduces itself,
 * then on each silence.
 */
final class TimedInput extends FilterInputStream {
  private final Socket socket;
  private long deadline;
  private int silence;

  TimedInput(Socket socket) throws IOException {
    super(socket.getInputStream());
    this.socket = socket;
  }

  /** Everything from now on must have been read within this time, however it trickles in. */
  void allowAltogether(Duration time) {
    deadline = System.nanoTime() + time.toNanos();
    silence = 0;
  }

  /** From now on, only silence is limited; zero is no limit. */
  void allowSilence(Duration time) throws IOException {
    deadline = 0;
    silence = (int) time.toMillis();
    socket.setSoTimeout(silence);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? count : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (deadline != 0) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException("not done in time");
      }
      socket.setSoTimeout((int) left);
    }
    return super.read(into, offset, length);
  }
}
