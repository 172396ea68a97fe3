package org.postage.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is done in a while, and what it cost. Thread-safe but for its start and its end. */
final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();
  private static final int MAX_LATENCIES = 1 << 20;
  // The compiler rests when it takes less than this part of the time.
  private static final double RESTING = 0.05;

  private final Broker broker;
  private final LongAdder done = new LongAdder();
  private final long[] latencies = new long[MAX_LATENCIES];
  private final AtomicInteger latencyCount = new AtomicInteger();
  private final Map<String, Double> figures = new TreeMap<>();
  private final Snapshot before;
  private final long end;
  private final long atLeast;
  private final long latestEnd;
  private final long compiledMillis = COMPILER.getTotalCompilationTime();

  private record Snapshot(long nanos, long clientCpu, long brokerCpu, long bytes) {
    static Snapshot take(Broker broker) {
      return new Snapshot(
          System.nanoTime(), SYSTEM.getProcessCpuTime(), broker.cpuNanos(), allocated());
    }

    // Of the threads that there are: those that do the work live through a measurement.
    private static long allocated() {
      long sum = 0;
      for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
        sum += Math.max(0, bytes);
      }
      return sum;
    }
  }

  /** Starts to measure for a while. */
  Meter(Broker broker, Duration time) {
    this(broker, time, 0);
  }

  /**
   * Starts to measure for a while, and until so much is done: on a busy machine the time alone
   * would warm up nobody. It ends after ten times the time.
   */
  Meter(Broker broker, Duration time, long atLeast) {
    this.broker = broker;
    this.atLeast = atLeast;
    before = Snapshot.take(broker);
    long now = System.nanoTime();
    end = now + time.toNanos();
    latestEnd = now + 10 * time.toNanos();
  }

  /** Whether it is not enough yet. */
  boolean goesOn() {
    long now = System.nanoTime();
    return now < end || (now < latestEnd && done.sum() < atLeast);
  }

  /** Whether the JVM's compiler had much to do meanwhile: then it is not warm yet. */
  boolean sawTheCompiler() {
    double millis = (System.nanoTime() - before.nanos) / 1e6;
    return COMPILER.getTotalCompilationTime() - compiledMillis > RESTING * millis;
  }

  /** One more message has been handled, or sent, or call answered. */
  void done() {
    done.increment();
  }

  long count() {
    return done.sum();
  }

  /** How long one of them took. */
  void took(long nanos) {
    int i = latencyCount.getAndIncrement();
    if (i < latencies.length) {
      latencies[i] = nanos;
    }
  }

  /** Another figure that is this scenario's own. */
  void figure(String name, double value) {
    figures.put(name, value);
  }

  /** Ends the measurement. */
  Map<String, Double> figures() {
    Snapshot after = Snapshot.take(broker);
    double count = Math.max(1, done.sum());
    figures.put("per_second", count * 1e9 / (after.nanos - before.nanos));
    figures.put("client_us", (after.clientCpu - before.clientCpu) / 1e3 / count);
    figures.put("broker_us", (after.brokerCpu - before.brokerCpu) / 1e3 / count);
    figures.put("bytes", (after.bytes - before.bytes) / count);
    figures.put("count", count);
    int n = Math.min(latencyCount.get(), latencies.length);
    if (n > 0) {
      Arrays.sort(latencies, 0, n);
      figures.put("p50_us", latencies[n / 2] / 1e3);
      figures.put("p99_us", latencies[(int) (n * 0.99)] / 1e3);
    }
    return figures;
  }
}
