package org.postage.chaos;

import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.rabbitmq.Sandbox;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.Delivery;

/** A JVM of its own that handles messages until it is killed, and tells the ledger of each. */
final class HandlerProcess {
  /** How many handlers run at once in each. */
  static final int CONCURRENCY = 4;

  static final int PREFETCH = 40;

  private static final int READY = -1;

  private final Sandbox sandbox;
  private final Process process;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final Thread reader;

  private HandlerProcess(Sandbox sandbox, Process process, Ledger ledger) {
    this.sandbox = sandbox;
    this.process = process;
    reader = new Thread(() -> read(ledger), "chaos-handler-reader");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts one.
   *
   * @param workMicros how long each message keeps a handler
   */
  static HandlerProcess start(Sandbox sandbox, Stage stage, Ledger ledger, int workMicros)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            HandlerProcess.class.getName(),
            stage.exchange().name(),
            stage.queue().name(),
            Integer.toString(workMicros));
    builder.environment().put("POSTAGE_URI", stage.broker().uri().toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new HandlerProcess(sandbox, sandbox.start(builder), ledger);
  }

  /** Waits until it consumes. */
  void awaitReady() throws InterruptedException {
    if (!ready.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a handler's process did not start within 60 s");
    }
  }

  /** Whether it consumes. */
  boolean isReady() {
    return ready.getCount() == 0;
  }

  /** Kills it with signal 9, and reads what it has said until then. */
  void kill() throws InterruptedException {
    sandbox.kill(process);
    reader.join(Duration.ofSeconds(10).toMillis());
  }

  private void read(Ledger ledger) {
    try (DataInputStream in = new DataInputStream(process.getInputStream())) {
      while (true) {
        int number = in.readInt();
        boolean isRedelivered = in.readBoolean();
        if (number == READY) {
          ready.countDown();
        } else {
          ledger.received(number, isRedelivered);
        }
      }
    } catch (IOException ended) {
      // Killed.
    }
  }

  /** The process. Arguments: exchange, queue, microseconds of work. */
  public static void main(String[] arguments) throws Exception {
    // Each word is written whole before its handler ends: a kill cannot part them.
    try (FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        Postage postage = Postage.connect()) {
      long workNanos = Long.parseLong(arguments[2]) * 1_000;
      MessageProcessor processor =
          postage
              .processor(
                  Exchange.direct(arguments[0]).to(Queue.named(arguments[1]).durable(), "key"))
              .handlers(new Told(out, workNanos))
              .concurrency(CONCURRENCY)
              .prefetch(PREFETCH)
              .start();
      tell(out, READY, false);
      processor.join();
    }
  }

  private static void tell(FileOutputStream out, int number, boolean isRedelivered)
      throws IOException {
    ByteBuffer word = ByteBuffer.allocate(5).putInt(number).put((byte) (isRedelivered ? 1 : 0));
    out.write(word.array());
  }

  /** Works, and tells that it did. */
  private record Told(FileOutputStream out, long workNanos) {
    @MessageHandler("number")
    void number(int number, Delivery delivery) throws IOException {
      Receiver.work(workNanos);
      tell(out, number, delivery.isRedelivered());
    }
  }
}
