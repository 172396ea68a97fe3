package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.Processor;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** Threads, tasks and the end of processors. */
@RabbitMq
@Timeout(600)
class ProcessorIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  interface Sender {
    CompletableFuture<Void> message_count(int number);

    CompletableFuture<Void> message_quit();
  }

  /** Notes the thread of each message. */
  private static final class Threads {
    final Heard<String> heard = new Heard<>();

    @MessageHandler("count")
    void count() {
      heard.add(Thread.currentThread().getName());
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("processor"));
  private final String queue = TestPostage.unique("processor");
  private final Sender sender;

  ProcessorIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
    sender = postage.producer(Sender.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private MessageProcessor.Builder processor(Object handlers) {
    return postage.processor(exchange.to(queue, "key")).handlers(handlers);
  }

  @Test
  void stopLetsTheRunningHandlerEndAndReturnsWhatWasNotStarted() throws Exception {
    class Slow {
      final Heard<Integer> started = new Heard<>();
      final Heard<Boolean> go = new Heard<>();
      final Heard<Integer> ended = new Heard<>();

      @MessageHandler("count")
      void count(int number) {
        started.add(number);
        go.next();
        ended.add(number);
      }
    }
    Slow slow = new Slow();
    MessageProcessor processor = processor(slow).prefetch(5).start();
    IntStream.range(0, 10).forEach(number -> sender.message_count(number).join());
    assertThat(slow.started.next()).isZero();

    processor.stop();
    assertThat(processor.join(Duration.ofMillis(50))).isFalse();
    slow.go.add(true);

    assertThat(processor.join(LIMIT)).isTrue();
    assertThat(slow.ended.next()).isZero();
    assertThat(slow.started.size()).isZero();
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      await().atMost(LIMIT).until(() -> channel.messageCount(queue) == 9);
      assertThat(channel.consumerCount(queue)).isZero();
    }
  }

  @Test
  void handlersOfAProcessorRunOnItsOneThreadAndOfAnotherOnAnother() {
    Threads first = new Threads();
    Threads second = new Threads();
    processor(first).name("first").start();
    postage
        .processor(exchange.to(queue + "-second", "key"))
        .handlers(second)
        .name("second")
        .start();

    IntStream.range(0, 20).forEach(sender::message_count);

    assertThat(first.heard.next(20)).containsOnly("postage-first-1");
    assertThat(second.heard.next(20)).containsOnly("postage-second-1");
  }

  @Test
  void oneHandlerAtATimeIsTheDefaultAlsoOverSeveralQueues() {
    class Alone {
      final AtomicInteger running = new AtomicInteger();
      final Heard<Integer> heard = new Heard<>();

      @MessageHandler("count")
      void count() {
        heard.add(running.incrementAndGet());
        Thread.onSpinWait();
        running.decrementAndGet();
      }
    }
    Alone alone = new Alone();
    processor(alone).bind(exchange.to(queue + "-more", "key")).start();

    IntStream.range(0, 200).forEach(sender::message_count);

    assertThat(alone.heard.next(400)).containsOnly(1);
  }

  @Test
  void concurrencyRunsSoManyHandlersAtOnce() {
    class Meeting {
      final CyclicBarrier barrier = new CyclicBarrier(4);
      final Heard<String> heard = new Heard<>();

      @MessageHandler("count")
      void count() throws InterruptedException, BrokenBarrierException, TimeoutException {
        barrier.await(60, TimeUnit.SECONDS);
        heard.add(Thread.currentThread().getName());
      }
    }
    Meeting meeting = new Meeting();
    processor(meeting).name("meeting").concurrency(4).start();

    IntStream.range(0, 4).forEach(sender::message_count);

    assertThat(meeting.heard.next(4))
        .containsExactlyInAnyOrder(
            "postage-meeting-1", "postage-meeting-2", "postage-meeting-3", "postage-meeting-4");
  }

  @Test
  void executorOfTheUsersRunsHandlersOneAtATimeAndIsNotShutDown() {
    ExecutorService executor =
        Executors.newFixedThreadPool(4, task -> new Thread(task, "of the test"));
    try {
      class Alone {
        final AtomicInteger running = new AtomicInteger();
        final Heard<String> heard = new Heard<>();

        @MessageHandler("count")
        void count(int number) {
          heard.add(
              number + " " + running.incrementAndGet() + " " + Thread.currentThread().getName());
          Thread.onSpinWait();
          running.decrementAndGet();
        }
      }
      Alone alone = new Alone();
      MessageProcessor processor = processor(alone).executor(executor).start();

      IntStream.range(0, 100).forEach(sender::message_count);

      assertThat(alone.heard.next(100))
          .containsExactlyElementsOf(
              IntStream.range(0, 100).mapToObj(i -> i + " 1 of the test").toList());
      assertThat(processor.stop(LIMIT)).isTrue();
      assertThat(executor.isShutdown()).isFalse();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void tasksRunOnTheThreadOfTheProcessorAndOnStartBeforeTheFirstMessage() {
    Threads threads = new Threads();
    sender.message_count(0);
    Heard<String> tasks = new Heard<>();
    MessageProcessor processor =
        processor(threads)
            .name("tasks")
            .onStart(() -> tasks.add("start " + threads.heard.size() + " " + thread()))
            .every(Duration.ofMillis(10), () -> tasks.add("every " + thread()))
            .start();

    processor.after(Duration.ofMillis(1), () -> threads.heard.add("after " + thread()));

    assertThat(tasks.next()).isEqualTo("start 0 postage-tasks-1");
    assertThat(tasks.next(3)).containsOnly("every postage-tasks-1");
    assertThat(threads.heard.next()).isEqualTo("after postage-tasks-1");
  }

  @Test
  void cancelledTaskRunsNoMoreAndNoTaskRunsAfterStop() {
    Heard<String> tasks = new Heard<>();
    MessageProcessor processor = processor(new Threads()).start();

    Processor.Task repeated = processor.every(Duration.ofMillis(5), () -> tasks.add("every"));
    Processor.Task once = processor.after(Duration.ofMillis(200), () -> tasks.add("once"));
    tasks.next(2);
    // On the processor's thread, so that no run is half done.
    processor.after(
        Duration.ofMillis(1),
        () -> {
          repeated.cancel();
          once.cancel();
          tasks.add("cancelled");
        });
    String task = tasks.next();
    while (!task.equals("cancelled")) {
      task = tasks.next();
    }
    tasks.staysSilentFor(Duration.ofMillis(300));

    var unused = processor.every(Duration.ofMillis(5), () -> tasks.add("until the stop"));
    tasks.next(2);
    assertThat(processor.stop(LIMIT)).isTrue();
    tasks.next(tasks.size());
    tasks.staysSilentFor(Duration.ofMillis(100));
  }

  @Test
  void taskThatFailsHarmsNeitherLaterRunsNorHandlers() {
    Heard<Integer> runs = new Heard<>();
    AtomicInteger count = new AtomicInteger();
    Threads threads = new Threads();
    try (LogCapture log = new LogCapture()) {
      processor(threads)
          .every(
              Duration.ofMillis(5),
              () -> {
                runs.add(count.incrementAndGet());
                throw new IllegalStateException("task fails");
              })
          .start();

      assertThat(runs.next(3)).containsExactly(1, 2, 3);
      sender.message_count(1);
      assertThat(threads.heard.next()).isNotEmpty();
      assertThat(log.linesWith("a task failed")).isNotEmpty();
    }
  }

  @Test
  void joinEndsWhenAllProcessorsWereToldToQuit() {
    processor(new Threads()).start();
    postage.processor(exchange.to(queue + "-second", "key")).handlers(new Threads()).start();
    CompletableFuture<Void> joined = CompletableFuture.runAsync(postage::join);
    assertThat(joined).isNotDone();

    sender.message_quit().join();

    assertThat(joined).succeedsWithin(LIMIT);
    assertThat(postage.isReady()).as("what has quit is not missed").isTrue();
  }

  @Test
  void processorThatWasStoppedMayHaveASuccessorOnItsQueue() {
    Threads first = new Threads();
    Threads second = new Threads();
    MessageProcessor stopped = processor(first).start();
    sender.message_count(1).join();
    first.heard.next();
    stopped.close();

    sender.message_count(2).join();
    processor(second).name("successor").start();

    assertThat(second.heard.next()).isEqualTo("postage-successor-1");
    assertThat(first.heard.size()).isZero();
  }

  @Test
  void restOfAQueueIsHandledByTheOtherProcessorsWhenOneQuits() {
    class Receiver {
      final Heard<Integer> heard = new Heard<>();

      @MessageHandler("count")
      void count(int number) {
        heard.add(number);
      }
    }
    Receiver first = new Receiver();
    Receiver second = new Receiver();
    MessageProcessor quitting = processor(first).start();
    processor(second).start();

    for (int i = 0; i < 500; i++) {
      sender.message_count(i);
      if (i == 250) {
        quitting.stop();
      }
    }

    Set<Integer> missing = new HashSet<>(IntStream.range(0, 500).boxed().toList());
    assertThat(quitting.join(LIMIT)).isTrue();
    missing.removeAll(List.copyOf(first.heard.next(first.heard.size())));
    assertThat(missing).isNotEmpty();
    while (!missing.isEmpty()) {
      missing.remove(second.heard.next());
    }
  }

  private static String thread() {
    return Thread.currentThread().getName();
  }
}
