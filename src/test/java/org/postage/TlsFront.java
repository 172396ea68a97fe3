package org.postage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Speaks TLS with clients, and passes on to a broker that does not. */
final class TlsFront implements AutoCloseable {
  private final SSLServerSocket listener;
  private final int brokerPort;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "tls-front");
            thread.setDaemon(true);
            return thread;
          });

  TlsFront(SSLContext context, int brokerPort, boolean needsClientCertificate) {
    this.brokerPort = brokerPort;
    try {
      InetAddress address = InetAddress.getLoopbackAddress();
      listener =
          (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    listener.setNeedClientAuth(needsClientCertificate);
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
        threads.execute(() -> copy(client, broker));
        threads.execute(() -> copy(broker, client));
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private static void copy(Socket from, Socket to) {
    byte[] buffer = new byte[8_192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        to.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException ended) {
      // As good as the end of the stream.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
