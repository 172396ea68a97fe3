package org.postage.embedded.wire;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a connection has to send, and the thread that sends it. Thread-safe.
 *
 * <ul>
 *   <li>I1: {@link #send} never blocks; it is called with the broker's lock held.
 *   <li>I2: what waits is bounded all the same. Deliveries stop while {@link #hasRoom} is false,
 *       and the connection's reader waits in {@link #awaitRoom}, so that nothing more is answered
 *       either.
 *   <li>I3: whoever was told that there is no room is called once there is.
 * </ul>
 */
final class Outbound implements Runnable {
  private static final int ROOM_BYTES = 1 << 20;
  private static final int BUFFER = 1 << 16;

  private final Socket socket;
  private final Gate frozen;
  private final Runnable onRoom;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Queue<Frame> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean refusedRoom;
  private boolean finished;
  private Duration heartbeat = Duration.ZERO;

  Outbound(Socket socket, Gate frozen, Runnable onRoom) {
    this.socket = socket;
    this.frozen = frozen;
    this.onRoom = onRoom;
  }

  /** Sends a heartbeat whenever nothing else was sent for half this time; zero sends none. */
  void heartbeat(Duration interval) {
    locked(() -> heartbeat = interval);
  }

  /** Queues frames that must follow one another. */
  void send(List<Frame> frames) {
    locked(
        () -> {
          if (!finished) {
            waiting.addAll(frames);
            frames.forEach(frame -> waitingBytes += frame.size());
          }
        });
  }

  /** Nothing more will be sent; what waits still is, and then the writer ends. */
  void finish() {
    locked(() -> finished = true);
  }

  /** False while the client is behind with reading. */
  boolean hasRoom() {
    lock.lock();
    try {
      boolean room = !finished && waitingBytes < ROOM_BYTES;
      refusedRoom |= !room;
      return room;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the client has caught up with reading, or is gone. */
  void awaitRoom() throws InterruptedException {
    lock.lock();
    try {
      while (waitingBytes >= ROOM_BYTES && !finished) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes until {@link #finish}, or until the socket is closed. */
  @Override
  public void run() {
    try {
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
      List<Frame> batch = next();
      while (!batch.isEmpty()) {
        frozen.pass();
        for (Frame frame : batch) {
          frame.writeTo(out);
        }
        out.flush();
        written();
        batch = next();
      }
    } catch (IOException | InterruptedException gone) {
      // The reader sees the same and cleans up.
      finish();
    } finally {
      ended.countDown();
    }
  }

  /**
   * Waits until the last frame is written, though no longer than a client may be behind at its end.
   */
  void awaitEnd(Duration limit) {
    try {
      boolean unused = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** All that waits, or a heartbeat when it is time for one; empty at the end. */
  private List<Frame> next() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !finished) {
        if (heartbeat.isZero()) {
          changed.await();
        } else if (!changed.await(heartbeat.toMillis() / 2, TimeUnit.MILLISECONDS)) {
          return List.of(new Frame(AMQP.FRAME_HEARTBEAT, 0));
        }
      }
      List<Frame> batch = new ArrayList<>(waiting);
      waiting.clear();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  // Counted as waiting until it is written: a batch stuck in the socket is what room is about.
  private void written() {
    boolean tell;
    lock.lock();
    try {
      waitingBytes = waiting.stream().mapToLong(Frame::size).sum();
      tell = refusedRoom && waitingBytes < ROOM_BYTES / 2;
      refusedRoom &= !tell;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (tell) {
      onRoom.run();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
