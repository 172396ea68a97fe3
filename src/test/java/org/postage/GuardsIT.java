package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** What keeps slow and failing handlers from doing harm. */
@RabbitMq
@Timeout(600)
class GuardsIT {
  interface Sender {
    void message_work(String text);
  }

  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("guards"));
  private final String queue = TestPostage.unique("guarded");
  private final Sender sender;
  private final Heard<String> heard = new Heard<>();

  GuardsIT(RabbitMqBroker broker) {
    postage = TestPostage.connect(broker);
    sender = postage.producer(Sender.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private MessageProcessor.Builder processor() {
    return postage.processor(exchange.to(Queue.named(queue).durable(), "key")).parking();
  }

  @Test
  void handlerOverItsTimeLimitIsInterruptedAndItsMessageFails() {
    processor()
        .timeLimit(Duration.ofSeconds(2))
        .handlers(
            new Object() {
              @MessageHandler("work")
              void work(String text) throws InterruptedException {
                heard.add(text);
                if (text.equals("slow")) {
                  new CountDownLatch(1).await();
                }
              }
            })
        .start();

    sender.message_work("slow");
    sender.message_work("quick");

    assertThat(heard.next(2)).containsExactly("slow", "quick");
    await().until(() -> postage.parked(queue).list(2).size() == 1);
    ParkedMessage parked = postage.parked(queue).list(1).get(0);
    assertThat(parked.reason()).isEqualTo("failed");
    assertThat(parked.error()).contains(".work took longer than its limit of PT2S");
  }

  @Test
  void handlerThatTakesNoNoticeOfItsInterruptionFailsWhenItEnds() {
    CountDownLatch interrupted = new CountDownLatch(1);
    processor()
        .timeLimit(Duration.ofSeconds(1))
        .handlers(
            new Object() {
              @MessageHandler("work")
              void work(String text) {
                while (!Thread.currentThread().isInterrupted() && interrupted.getCount() > 0) {
                  Thread.onSpinWait();
                }
                interrupted.countDown();
                heard.add(text + Thread.currentThread().isInterrupted());
              }
            })
        .start();

    sender.message_work("a");
    assertThat(heard.next()).isEqualTo("atrue");
    await().until(() -> postage.parked(queue).list(2).size() == 1);
    sender.message_work("b");

    assertThat(heard.next()).isEqualTo("bfalse");
  }

  @Test
  void killSwitchPausesWhileAllFailAndGoesOnWhenOneWorks() {
    Duration pause = Duration.ofMillis(400);
    List<Long> calls = new CopyOnWriteArrayList<>();
    CountDownLatch allSent = new CountDownLatch(1);
    CountDownLatch isUp = new CountDownLatch(1);
    processor()
        .killSwitch(new KillSwitch(0.5, 4, pause))
        .handlers(
            new Object() {
              @MessageHandler("work")
              void work(String text) throws Exception {
                allSent.await();
                calls.add(System.nanoTime());
                heard.add(text);
                if (calls.size() <= 5) {
                  throw new IOException("the database is down");
                }
                isUp.await();
              }
            })
        .start();
    for (int i = 0; i < 12; i++) {
      sender.message_work("message " + i);
    }

    assertThat(postage.flush(Duration.ofSeconds(60))).isTrue();
    allSent.countDown();

    // One is tried after a pause, and fails; and one after another pause.
    assertThat(heard.next(6)).endsWith("message 4", "message 5");
    assertThat(calls.get(4) - calls.get(3)).isGreaterThanOrEqualTo(pause.toNanos());
    assertThat(calls.get(5) - calls.get(4)).isGreaterThanOrEqualTo(pause.toNanos());
    assertThat(postage.isReady()).isFalse();
    assertThat(postage.health().consumers())
        .allSatisfy(each -> assertThat(each.state()).startsWith("paused"));
    isUp.countDown();

    assertThat(heard.next(6))
        .containsExactlyElementsOf(
            List.of(6, 7, 8, 9, 10, 11).stream().map(i -> "message " + i).toList());
    assertThat(postage.isReady()).isTrue();
    assertThat(postage.parked(queue).list(20)).hasSize(5);
  }

  @Test
  void killSwitchThatHeldNothingOpensForGoodWithTheFirstMessageThatIsHandled() {
    AtomicBoolean isDown = new AtomicBoolean(true);
    processor()
        .killSwitch(new KillSwitch(0.5, 4, Duration.ofMillis(200)))
        .handlers(
            new Object() {
              @MessageHandler("work")
              void work(String text) throws IOException {
                heard.add(text);
                if (isDown.get()) {
                  throw new IOException("the database is down");
                }
              }
            })
        .start();
    List.of("a", "b", "c", "d").forEach(sender::message_work);
    heard.next(4);
    await().until(() -> postage.parked(queue).list(9).size() == 4);
    await().until(postage::isReady);
    isDown.set(false);

    List.of("e", "f", "g").forEach(sender::message_work);

    assertThat(heard.next(3)).containsExactly("e", "f", "g");
    assertThat(postage.isReady()).isTrue();
  }

  @Test
  void processorThatIsPausedStopsAndGivesBackWhatItHeld() {
    MessageProcessor processor =
        processor()
            .killSwitch(new KillSwitch(1, 1, Duration.ofHours(1)))
            .handlers(
                new Object() {
                  @MessageHandler("work")
                  void work(String text) throws IOException {
                    heard.add(text);
                    throw new IOException("always");
                  }
                })
            .start();
    List.of("a", "b", "c").forEach(sender::message_work);
    heard.next();
    await().until(() -> postage.parked(queue).list(3).size() == 1);

    assertThat(processor.stop(Duration.ofSeconds(60))).isTrue();

    processor()
        .handlers(
            new Object() {
              @MessageHandler("work")
              void work(String text) {
                heard.add("again " + text);
              }
            })
        .start();
    assertThat(heard.next(2)).containsExactlyInAnyOrder("again b", "again c");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new KillSwitch(0, 1, Duration.ofSeconds(1)))
        .hasMessage("failureRate: 0.0 (expected: more than 0, at most 1)");
    assertThatThrownBy(() -> new KillSwitch(1, 0, Duration.ofSeconds(1)))
        .hasMessage("window: 0 (expected: at least 1)");
    assertThatThrownBy(() -> new KillSwitch(1, 1, Duration.ZERO))
        .hasMessage("pause: PT0S (expected: more than PT0S)");
  }
}
