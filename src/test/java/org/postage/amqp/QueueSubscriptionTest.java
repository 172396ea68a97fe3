package org.postage.amqp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Exchange;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.Delivery;
import org.postage.transport.DeliveryListener;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;

@Timeout(600)
class QueueSubscriptionTest {
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final Exchange exchange = Exchange.direct("exchange");
  private final ExecutorService handlers = Executors.newSingleThreadExecutor();
  private final AmqpTransport transport =
      AmqpTransport.connect(
          "test", BrokerUri.parse(broker.uri().toString()).build(), CHECK_INTERVAL, Link.STUCK);

  @AfterEach
  void close() {
    transport.close();
    broker.close();
    handlers.shutdownNow();
  }

  private QueueSubscription consume(DeliveryListener listener) {
    ConsumeOptions options =
        new ConsumeOptions(
            "consumer",
            List.of(exchange.to("queue", "key")),
            10,
            (delivery, task) -> handlers.execute(task));
    return (QueueSubscription) transport.consume(options, listener);
  }

  private void publish(String id) {
    transport
        .publish(
            exchange.withKey("key"),
            RawMessage.of(new byte[0]).messageId(id).build(),
            true,
            PATIENCE)
        .join();
  }

  @Test
  void consumerThatTheBrokerDoesNotKnowIsMadeAnew() throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    QueueSubscription subscription =
        consume(
            delivery -> {
              heard.countDown();
              return Outcome.ACK;
            });
    Channel channel = requireNonNull(subscription.channel);
    String tag = requireNonNull(subscription.tagsByQueue.get("queue"));

    channel.basicCancel(tag);
    assertThat(subscription.isConsuming()).isTrue();
    publish("one");

    assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
    await().until(transport::isReady);
    assertThat(broker.vhost().queue("queue").orElseThrow().consumers()).isEqualTo(1);
  }

  @Test
  void consumerThatConsumesIsLeftInPeace() {
    QueueSubscription subscription = consume(delivery -> Outcome.ACK);
    Channel channel = subscription.channel;

    for (int i = 0; i < 20; i++) {
      subscription.check();
    }
    // Done after the checks, on their thread.
    subscription.cancel("unknown");

    assertThat(subscription.channel).isSameAs(channel);
  }

  @Test
  void unbindingThatIsRefusedLeavesTheConsumerInPeace() {
    QueueSubscription subscription = consume(delivery -> Outcome.ACK);
    Channel channel = subscription.channel;

    assertThatThrownBy(() -> subscription.unbind(Exchange.DEFAULT.to("queue", "queue")))
        .isInstanceOf(BrokerRefusedException.class)
        .hasMessageContaining("ACCESS_REFUSED");

    // Done after whatever a closed channel would lead to, on the same thread.
    subscription.cancel("unknown");
    assertThat(subscription.channel).isSameAs(channel);
    assertThat(subscription.isConsuming()).isTrue();
  }

  @Test
  void deliveryWhoseAckWasLostIsAcknowledgedWithoutHandlingItAgain() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    QueueSubscription subscription =
        consume(
            delivery -> {
              handled.incrementAndGet();
              started.countDown();
              hold(end);
              return Outcome.ACK;
            });
    publish("one");
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

    loseTheConnectionsOf(subscription);
    end.countDown();

    awaitEmptyQueue();
    assertThat(handled).hasValue(1);
    publish("two");
    awaitEmptyQueue();
    assertThat(handled).hasValue(2);
  }

  @Test
  void deliveryThatWasNotHandledWellComesAgain() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch again = new CountDownLatch(1);
    QueueSubscription subscription =
        consume(
            (Delivery delivery) -> {
              if (delivery.isRedelivered()) {
                again.countDown();
                return Outcome.ACK;
              }
              started.countDown();
              hold(end);
              return Outcome.REJECT;
            });
    publish("one");
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

    loseTheConnectionsOf(subscription);
    end.countDown();

    assertThat(again.await(60, TimeUnit.SECONDS)).isTrue();
    awaitEmptyQueue();
  }

  private void loseTheConnectionsOf(QueueSubscription subscription) {
    Channel before = requireNonNull(subscription.channel);
    broker.dropConnections();
    await().until(() -> !before.isOpen());
  }

  private void awaitEmptyQueue() {
    await()
        .until(
            () -> {
              var queue = broker.vhost().queue("queue").orElseThrow();
              return queue.ready() == 0 && queue.unacknowledged() == 0 && transport.isReady();
            });
  }

  private static void hold(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
