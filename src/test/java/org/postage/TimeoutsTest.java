package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.producer.SendOption.sendLater;
import static org.postage.producer.SendOption.timeout;
import static org.postage.producer.SendOption.to;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.embedded.EmbeddedBroker;
import org.postage.handler.MessageHandler;
import org.postage.producer.SendOption;
import org.postage.topology.Exchange;
import org.postage.transport.NotSentException;
import org.postage.transport.TransportException;

/** A broker that answers nothing: all the same each use ends when it should. */
@Timeout(90)
class TimeoutsTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  // Much less than what the library itself would wait.
  private static final Duration LIMIT = Duration.ofSeconds(4);

  interface Client {
    CompletableFuture<Void> message_count(int number, SendOption... options);
  }

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final Exchange exchange = Exchange.direct("timeouts");
  private final Postage postage = Postage.builder().uri(broker.uri().toString()).connect();
  private final Client client = postage.producer(Client.class, exchange.withKey("key"));

  @AfterEach
  void close() {
    broker.close();
    postage.close();
  }

  @Test
  void messageThatIsToArriveLaterWaitsNoLongerThanItsTimeout() {
    broker.freeze();
    long start = System.nanoTime();

    CompletableFuture<Void> sent =
        client.message_count(1, sendLater(Duration.ofMinutes(1)), timeout(SHORT));

    assertThat(sent)
        .failsWithin(LIMIT)
        .withThrowableThat()
        .withCauseInstanceOf(NotSentException.class)
        .withMessageContaining("cannot declare the queues for delays: no answer within PT0.");
    assertThat(since(start)).isLessThan(LIMIT);
  }

  @Test
  void exchangeThatACallNamesFirstIsWaitedForNoLongerThanItsTimeout() {
    broker.freeze();
    long start = System.nanoTime();

    assertThatThrownBy(
            () ->
                client.message_count(1, to(Exchange.direct("new").withKey("key")), timeout(SHORT)))
        .isInstanceOf(TransportException.class)
        .hasMessage("cannot declare exchange 'new': no answer within PT0.3S");

    assertThat(since(start)).isLessThan(LIMIT);
  }

  @Test
  void closingTakesNoLongerThanItSaysWhateverHangs() throws Exception {
    CountDownLatch started = new CountDownLatch(2);
    CountDownLatch never = new CountDownLatch(1);
    class Stubborn {
      @MessageHandler("count")
      void count() {
        started.countDown();
        while (true) {
          try {
            never.await();
            return;
          } catch (InterruptedException ignored) {
            // That is what is stubborn.
          }
        }
      }
    }
    Duration stopTimeout = Duration.ofSeconds(1);
    for (String queue : new String[] {"one", "two"}) {
      postage
          .processor(exchange.to(queue, "key"))
          .handlers(new Stubborn())
          .stopTimeout(stopTimeout)
          .start();
    }
    client.message_count(1).join();
    assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
    broker.freeze();
    CompletableFuture<Void> unconfirmed = client.message_count(2);
    long start = System.nanoTime();

    postage.close();

    // A moment more, as it says: what hangs in a socket is freed then.
    assertThat(since(start)).isLessThan(stopTimeout.plusSeconds(15).plusMillis(1_500));
    assertThat(unconfirmed).isCompletedExceptionally();
    never.countDown();
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
