package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class LinkLoopTest {
  private final LinkLoop loop =
      new LinkLoop(
          "loop-test", new ScheduledThreadPoolExecutor(1), new ScheduledThreadPoolExecutor(1));

  @AfterEach
  void shutdown() {
    loop.shutdownNow();
  }

  @Test
  void taskThatHangsIsSeenUntilItEnds() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    assertThat(loop.stuckFor()).isZero();

    loop.submit(
        () -> {
          started.countDown();
          awaitUninterrupted(end);
        });

    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
    await().until(() -> loop.stuckFor().compareTo(Duration.ofMillis(50)) > 0);
    end.countDown();
    await().until(() -> loop.stuckFor().isZero());
  }

  @Test
  void progressIsNoHanging() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    loop.execute(
        () -> {
          started.countDown();
          awaitUninterrupted(end);
        });
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
    await().until(() -> loop.stuckFor().compareTo(Duration.ofMillis(200)) > 0);

    long before = System.nanoTime();
    loop.progress();
    Duration stuckFor = loop.stuckFor();

    // Counted anew from the progress, however long ago that is by now.
    assertThat(stuckFor).isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - before));
    end.countDown();
  }

  @Test
  void watcherRunsWhileTheLoopHangs() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch watched = new CountDownLatch(3);
    loop.submit(() -> awaitUninterrupted(end));

    loop.watch(Duration.ofMillis(5), watched::countDown);

    assertThat(watched.await(60, TimeUnit.SECONDS)).isTrue();
    end.countDown();
  }

  @Test
  void taskThatFailsEndsNothing() throws Exception {
    CountDownLatch after = new CountDownLatch(1);
    loop.submit(
        () -> {
          throw new IllegalStateException("on purpose");
        });

    loop.submit(after::countDown);

    assertThat(after.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void onceShutDownItDropsTasksAndRefusesThoseThatAreWaitedFor() {
    loop.shutdownNow();

    loop.execute(() -> {});
    loop.later(() -> {}, 1);
    assertThatThrownBy(() -> loop.submit(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
