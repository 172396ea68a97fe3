package org.postage.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between clients and the broker and does to their connections what networks do. Up is from
 * the client to the broker. Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1_024;

  private final int brokerPort;
  private final int port;
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile ServerSocket listener;
  private CountDownLatch accepting = new CountDownLatch(0);
  private volatile long delayNanos;
  private volatile boolean isSliced;
  private volatile boolean isClosed;

  // I1: `lock` guards these two.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition thawed = lock.newCondition();
  private boolean isUpFrozen;
  private boolean isDownFrozen;

  /** In front of a broker on this port of this machine. */
  public FaultyProxy(int brokerPort) throws IOException {
    this.brokerPort = brokerPort;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    port = listener.getLocalPort();
    listen();
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** How many connections it took so far. */
  int accepted() {
    return accepted.get();
  }

  /** Both ends of every connection are reset. */
  public void reset() {
    pairs.forEach(Pair::reset);
  }

  /** Both ends of every connection are closed in good order. */
  void closeConnections() {
    pairs.forEach(Pair::close);
  }

  /** The broker's ends are gone, and the clients hear nothing of it. */
  void halfOpen() {
    pairs.forEach(Pair::forgetBroker);
  }

  /** Nothing goes through any more, one way or both, also on new connections. */
  void freeze(boolean up, boolean down) {
    lock.lock();
    try {
      isUpFrozen = up;
      isDownFrozen = down;
      thawed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void thaw() {
    freeze(false, false);
  }

  /** Holds each piece of data back for this long. */
  public void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }

  /** Passes each byte on by itself. */
  void slice(boolean isOn) {
    isSliced = isOn;
  }

  /** Refuses new connections; those that are there stay. */
  public void refuse() throws IOException {
    listener.close();
    // Until then the system may still take one.
    awaitUninterruptibly(accepting);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("still accepting");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes new connections again. */
  public void accept() throws IOException {
    ServerSocket again = new ServerSocket();
    again.setReuseAddress(true);
    again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listener = again;
    listen();
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    listener.close();
    thaw();
    reset();
  }

  private void listen() {
    ServerSocket on = listener;
    CountDownLatch ended = new CountDownLatch(1);
    accepting = ended;
    start(
        () -> {
          acceptFrom(on);
          ended.countDown();
        },
        "accept");
  }

  private void acceptFrom(ServerSocket on) {
    while (!on.isClosed()) {
      try {
        Socket client = on.accept();
        accepted.incrementAndGet();
        connect(client);
      } catch (IOException closed) {
        // Refusing, or closed.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    try {
      Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
      Pair pair = new Pair(client, broker);
      pairs.add(pair);
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
      start(() -> pump(pair, client, broker, true), "up");
      start(() -> pump(pair, broker, client, false), "down");
    } catch (IOException brokerIsDown) {
      client.close();
    }
  }

  private void pump(Pair pair, Socket from, Socket to, boolean isUp) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        awaitThaw(isUp);
        if (delayNanos > 0) {
          LockSupport.parkNanos(delayNanos);
        }
        if (isSliced) {
          for (int i = 0; i < count; i++) {
            out.write(buffer, i, 1);
          }
        } else {
          out.write(buffer, 0, count);
        }
      }
      awaitThaw(isUp);
    } catch (IOException ended) {
      // So does the other end.
    }
    if (!pair.isHalfOpen) {
      pair.close();
    } else if (isUp) {
      swallow(pair);
    }
    if (!pair.isHalfOpen || isUp) {
      pairs.remove(pair);
    }
  }

  // The client may write as much as it likes: nobody answers.
  private static void swallow(Pair pair) {
    try {
      pair.client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException gaveUp) {
      // It noticed at last.
    }
    pair.close();
  }

  // A connection that ends meanwhile is seen to end once it is thawed.
  private void awaitThaw(boolean isUp) {
    lock.lock();
    try {
      while ((isUp ? isUpFrozen : isDownFrozen) && !isClosed) {
        thawed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void start(Runnable task, String what) {
    Thread thread = new Thread(task, "chaos-proxy-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  /** The two ends of one connection. */
  private static final class Pair {
    final Socket client;
    final Socket broker;
    volatile boolean isHalfOpen;

    Pair(Socket client, Socket broker) {
      this.client = client;
      this.broker = broker;
    }

    void reset() {
      try {
        client.setSoLinger(true, 0);
        broker.setSoLinger(true, 0);
      } catch (IOException gone) {
        // Then there is nothing left to reset.
      }
      close();
    }

    void forgetBroker() {
      isHalfOpen = true;
      close(broker);
    }

    void close() {
      close(client);
      close(broker);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
