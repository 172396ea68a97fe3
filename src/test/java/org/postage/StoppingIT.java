package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.transport.Subscription.Stopped;

/** A processor that stops in good order, and says how it did. */
@RabbitMq
@Timeout(600)
class StoppingIT {
  interface Sender {
    void message_work(String text);
  }

  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("stopping"));
  private final String queue = TestPostage.unique("stopping");
  private final Sender sender;
  private final Heard<String> heard = new Heard<>();
  private final CountDownLatch end = new CountDownLatch(1);

  StoppingIT(RabbitMqBroker broker) {
    postage = TestPostage.connect(broker);
    sender = postage.producer(Sender.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    end.countDown();
    postage.close();
  }

  private MessageProcessor start(Duration stopTimeout, Object handler) {
    return postage
        .processor(exchange.to(queue, "key"))
        .stopTimeout(stopTimeout)
        .handlers(handler)
        .start();
  }

  private void startAgain() {
    start(
        Duration.ofSeconds(1),
        new Object() {
          @MessageHandler("work")
          void work(String text) {
            heard.add("again " + text);
          }
        });
  }

  @Test
  void whatRunsEndsAndWhatWasNotBegunGoesBack() throws Exception {
    MessageProcessor processor =
        start(
            Duration.ofSeconds(20),
            new Object() {
              @MessageHandler("work")
              void work(String text) throws InterruptedException {
                heard.add(text);
                end.await();
              }
            });
    List.of("a", "b", "c").forEach(sender::message_work);
    heard.next();

    assertThat(postage.flush(Duration.ofSeconds(60))).isTrue();
    assertThat(processor.stopReport()).isEmpty();
    processor.stop();
    await()
        .until(
            () ->
                postage.health().consumers().stream()
                    .allMatch(consumer -> consumer.state().equals("stopped")));
    end.countDown();
    processor.join();

    int givenBack = processor.stopReport().orElseThrow().givenBack();
    assertThat(givenBack).isBetween(0, 2);
    assertThat(processor.stopReport()).contains(new Stopped(givenBack, 0));
    startAgain();
    assertThat(heard.next(2)).containsExactly("again b", "again c");
    heard.staysSilentFor(Duration.ofMillis(200));
  }

  @Test
  void messageWhoseHandlerIsInterruptedGoesBack() {
    MessageProcessor processor =
        start(
            Duration.ofMillis(100),
            new Object() {
              @MessageHandler("work")
              void work(String text) throws InterruptedException {
                heard.add(text);
                end.await();
              }
            });
    sender.message_work("a");
    heard.next();

    processor.close();

    assertThat(processor.stopReport()).contains(new Stopped(0, 0));
    startAgain();
    assertThat(heard.next()).isEqualTo("again a");
  }

  @Test
  void handlerThatTakesTooLongIsInterruptedAndMayEndInGoodOrder() {
    AtomicBoolean wasInterrupted = new AtomicBoolean();
    MessageProcessor processor =
        start(
            Duration.ofMillis(100),
            new Object() {
              @MessageHandler("work")
              void work(String text) {
                heard.add(text);
                try {
                  end.await();
                } catch (InterruptedException e) {
                  wasInterrupted.set(true);
                }
              }
            });
    sender.message_work("a");
    heard.next();

    processor.close();

    assertThat(wasInterrupted).isTrue();
    assertThat(processor.stopReport()).contains(new Stopped(0, 0));
    startAgain();
    heard.staysSilentFor(Duration.ofMillis(200));
  }

  @Test
  void handlerThatDoesNotEndIsToldOfAndItsMessageGoesBack() {
    MessageProcessor processor =
        start(
            Duration.ZERO,
            new Object() {
              @MessageHandler("work")
              void work(String text) {
                heard.add(text);
                while (end.getCount() > 0) {
                  Thread.onSpinWait();
                }
              }
            });
    sender.message_work("a");
    heard.next();

    processor.close();

    assertThat(processor.stopReport()).contains(new Stopped(0, 1));
    startAgain();
    assertThat(heard.next()).isEqualTo("again a");
  }
}
