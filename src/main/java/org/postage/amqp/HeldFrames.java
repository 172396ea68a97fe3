package org.postage.amqp;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.WriteListener;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.SocketFrameHandler;
import com.rabbitmq.client.impl.SocketFrameHandlerFactory;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client's way to a socket, with one thing more: what is written can be held back for a moment,
 * so that several messages go out in one write. The client by itself makes one or two system calls
 * for each. Thread-safe.
 */
final class HeldFrames extends SocketFrameHandler {
  // What the client allows until both sides have agreed on something.
  private static final int FIRST_FRAMES_BYTES = 8_192;

  private volatile boolean isHeld;
  private volatile boolean isWaiting;

  private HeldFrames(Socket socket, ExecutorService shutdowns) throws IOException {
    super(socket, shutdowns, FIRST_FRAMES_BYTES);
  }

  /** From now on, what is written waits for a flush after {@link #letGo}, or for a full buffer. */
  void hold() {
    isHeld = true;
  }

  /**
   * What is written from now on is flushed as usual.
   *
   * @return whether something waits: whoever held it, or somebody else, wanted it flushed meanwhile
   */
  boolean letGo() {
    isHeld = false;
    return isWaiting;
  }

  // Said before it is asked whether things are held: one of the two threads sees the other's word.
  @Override
  public void flush(@Nullable WriteListener listener) throws IOException {
    isWaiting = true;
    if (!isHeld || listener != null) {
      isWaiting = false;
      super.flush(listener);
    }
  }

  /** A factory whose connections are of this kind. */
  static final class Factory extends ConnectionFactory {
    private final ExecutorService shutdowns;
    private final Consumer<HeldFrames> onConnected;

    Factory(ExecutorService shutdowns, Consumer<HeldFrames> onConnected) {
      this.shutdowns = shutdowns;
      this.onConnected = onConnected;
      setShutdownExecutor(shutdowns);
    }

    @Override
    protected synchronized SocketFrameHandlerFactory createFrameHandlerFactory() {
      return new SocketFrameHandlerFactory(
          getConnectionTimeout(),
          getSocketFactory(),
          getSocketConfigurator(),
          isSSL(),
          shutdowns,
          null,
          FIRST_FRAMES_BYTES) {
        @Override
        public FrameHandler create(Socket socket) throws IOException {
          HeldFrames frames = new HeldFrames(socket, shutdowns);
          onConnected.accept(frames);
          return frames;
        }
      };
    }
  }
}
