package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.impl.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeldFramesTest {
  // Type 8, channel 0, no body, end.
  private static final byte[] HEARTBEAT = {8, 0, 0, 0, 0, 0, 0, (byte) 0xCE};

  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final ServerSocket server;
  private final Socket peer;
  private final HeldFrames frames;

  HeldFramesTest() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
    peer = server.accept();
    HeldFrames.Factory factory = new HeldFrames.Factory(executor, held -> {});
    frames = (HeldFrames) factory.createFrameHandlerFactory().create(client);
  }

  @AfterEach
  void close() throws IOException {
    frames.close();
    peer.close();
    server.close();
    executor.shutdown();
  }

  @Test
  void whatIsFlushedWhileHeldWaitsForTheNextFlush() throws IOException {
    frames.hold();
    frames.writeFrame(heartbeat());
    frames.flush(null);
    assertThat(peer.getInputStream().available()).isZero();

    assertThat(frames.letGo()).isTrue();
    frames.flush(null);
    assertThat(peer.getInputStream().readNBytes(HEARTBEAT.length)).isEqualTo(HEARTBEAT);
  }

  // Somebody else's frame, on the same connection, is not left behind by one who wrote nothing.
  @Test
  void lettingGoTellsOfAnothersFlush() throws IOException {
    frames.hold();
    assertThat(frames.letGo()).isFalse();

    frames.writeFrame(heartbeat());
    frames.flush(null);
    frames.hold();
    assertThat(frames.letGo()).as("flushed before it was held").isFalse();

    frames.hold();
    frames.flush(null);
    assertThat(frames.letGo()).as("flushed while held").isTrue();
  }

  private static Frame heartbeat() {
    return new Frame(8, 0);
  }
}
