package org.postage.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;

/**
 * Sockets that write what the client flushes, command by command, in larger pieces: 16 KiB, or what
 * came within 200 microseconds.
 */
final class CorkedSockets extends SocketFactory {
  private static final int PIECE = 16 * 1024;
  private static final long WAIT_NANOS = 200_000;

  @Override
  public Socket createSocket() {
    return new Socket() {
      private final Object lock = new Object();
      private OutputStream corked = OutputStream.nullOutputStream();
      private boolean isCorked;

      @Override
      public OutputStream getOutputStream() throws IOException {
        synchronized (lock) {
          if (!isCorked) {
            corked = new Corked(super.getOutputStream());
            isCorked = true;
          }
          return corked;
        }
      }
    };
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException("the client connects its sockets itself");
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    return createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    return createSocket(host.getHostAddress(), port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    return createSocket(host, port);
  }

  private static final class Corked extends OutputStream {
    private final BufferedOutputStream out;
    private final Thread flusher;
    private volatile boolean isDirty;

    Corked(OutputStream socket) {
      out = new BufferedOutputStream(socket, PIECE);
      flusher = new Thread(this::flushNowAndThen, "corked");
      flusher.setDaemon(true);
      flusher.start();
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void flush() {
      if (!isDirty) {
        isDirty = true;
        LockSupport.unpark(flusher);
      }
    }

    private void flushNowAndThen() {
      try {
        while (true) {
          while (!isDirty) {
            LockSupport.park(this);
          }
          LockSupport.parkNanos(this, WAIT_NANOS);
          isDirty = false;
          out.flush();
        }
      } catch (IOException closed) {
        // Nothing more to be written.
      }
    }
  }
}
