package org.postage.chaos;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.postage.Postage;

/**
 * Looks again and again how many messages the library has sent again, and enters into the time line
 * what it sees. Thread-safe.
 */
final class ResendWatch implements AutoCloseable {
  private static final int EVERY_MILLIS = 10;

  private final TimeLine timeLine;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread daemon = new Thread(task, "chaos-resends");
            daemon.setDaemon(true);
            return daemon;
          });

  // I1: the monitor guards these. What each had sent again when it was looked last.
  private final Map<Postage, Long> seen = new LinkedHashMap<>();
  private int looked;

  ResendWatch(TimeLine timeLine) {
    this.timeLine = timeLine;
    thread.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  synchronized void watch(Postage postage) {
    seen.put(postage, 0L);
  }

  synchronized void look() {
    int now = timeLine.now();
    long count = 0;
    for (Map.Entry<Postage, Long> each : seen.entrySet()) {
      long resent = each.getKey().stats().transport().resent();
      count += resent - each.setValue(resent);
    }
    if (count > 0) {
      timeLine.resent(looked, now, count);
    }
    looked = now;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    look();
  }
}
