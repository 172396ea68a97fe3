package org.postage.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Stands between one client and the broker, and keeps what the client says. */
final class RecordingProxy implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
  private final Thread thread;

  RecordingProxy(int brokerPort) throws IOException {
    thread = new Thread(() -> relay(brokerPort), "recording-proxy");
    thread.start();
  }

  int port() {
    return listener.getLocalPort();
  }

  /** All that the client said; waits for it to go. */
  byte[] recording() throws InterruptedException {
    thread.join();
    return recorded.toByteArray();
  }

  private void relay(int brokerPort) {
    try (Socket client = listener.accept();
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
      Thread back = new Thread(() -> copy(broker, client, OutputStream.nullOutputStream()));
      back.start();
      copy(client, broker, recorded);
      broker.shutdownOutput();
      back.join();
    } catch (IOException ended) {
      // The recording is what there is.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Socket from, Socket to, OutputStream also) {
    byte[] buffer = new byte[8_192];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        also.write(buffer, 0, count);
        to.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException ended) {
      // As good as the end of the stream.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
