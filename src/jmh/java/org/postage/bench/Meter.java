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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is done in a while, and what it cost. Thread-safe but for its start and its end. */
final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();
  private static final int MAX_LATENCIES = 1 << 20;
  // The compiler rests when it takes less than this of a second.
  private static final long RESTING_MILLIS = 50;
  private static final long LOOK_NANOS = 1_000_000_000;

  private final Broker broker;
  private final LongAdder done = new LongAdder();
  private final long[] latencies = new long[MAX_LATENCIES];
  private final AtomicInteger latencyCount = new AtomicInteger();
  private final Map<String, Double> figures = new TreeMap<>();
  private final Snapshot before;
  private final long end;
  private final long atLeast;
  private final long latestEnd;
  private final AtomicLong nextLook = new AtomicLong();
  private volatile long compiledMillis;
  private volatile boolean isCompiling;

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
    this(broker, time, 0, time);
  }

  /**
   * Starts to warm up for a while, until so much is done and the JVM's compiler rests: with two
   * processors it takes a long time, and has no less to do for one library than for another.
   *
   * @param latest when it ends in any case
   */
  Meter(Broker broker, Duration time, long atLeast, Duration latest) {
    this.broker = broker;
    this.atLeast = atLeast;
    before = Snapshot.take(broker);
    long now = System.nanoTime();
    end = now + time.toNanos();
    latestEnd = now + latest.toNanos();
    nextLook.set(now + LOOK_NANOS);
    compiledMillis = COMPILER.getTotalCompilationTime();
    isCompiling = atLeast > 0;
  }

  /** Whether it is not enough yet. */
  boolean goesOn() {
    long now = System.nanoTime();
    if (now < end) {
      return true;
    }
    return now < latestEnd && (done.sum() < atLeast || isCompiling(now));
  }

  private boolean isCompiling(long now) {
    long due = nextLook.get();
    if (isCompiling && now >= due && nextLook.compareAndSet(due, now + LOOK_NANOS)) {
      long total = COMPILER.getTotalCompilationTime();
      isCompiling = total - compiledMillis > RESTING_MILLIS;
      compiledMillis = total;
    }
    return isCompiling;
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
