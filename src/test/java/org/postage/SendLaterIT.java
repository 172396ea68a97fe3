package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.producer.SendOption.sendLater;

import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Delays;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.Delivery;

/** Messages that arrive after a while. */
@RabbitMq
@Timeout(600)
class SendLaterIT {
  interface Sender {
    void message_note(long sentAt, long delayMillis, SendOption... options);

    java.util.concurrent.CompletableFuture<Void> message_other(int n, SendOption... options);

    void message_now(int number);

    String rpc_ask(SendOption... options);
  }

  private record Note(long late, String exchange, String key) {}

  private final Postage postage;
  private final Connection connection;
  private final Exchange exchange = Exchange.topic(TestPostage.unique("later"));
  private final Sender sender;
  private final Heard<Note> heard = new Heard<>();
  private final Heard<Integer> undelayed = new Heard<>();

  SendLaterIT(RabbitMqBroker broker) throws Exception {
    postage = TestPostage.connect(broker);
    connection = broker.connect();
    sender = postage.producer(Sender.class, exchange.withKey("a.key"));
    postage
        .processor(exchange.to(TestPostage.unique("later"), "a.*"))
        .handlers(
            new Object() {
              @MessageHandler("note")
              void note(long sentAt, long delayMillis, Delivery delivery) {
                long late = System.nanoTime() / 1_000_000 - sentAt - delayMillis;
                heard.add(new Note(late, delivery.exchange(), delivery.routingKey()));
              }

              @MessageHandler("now")
              void now(int number) {
                undelayed.add(number);
              }
            })
        .start();
  }

  @AfterEach
  void close() {
    postage.close();
    connection.abort();
  }

  private void send(long millis) {
    sender.message_note(
        System.nanoTime() / 1_000_000, millis, sendLater(Duration.ofMillis(millis)));
  }

  @Test
  void messagesArriveWhenTheirDelaysAreOverAndNotBehindOneAnother() {
    Random random = new Random(7);
    List<Integer> delays = random.ints(40, 1, 30).map(tenths -> tenths * 100).boxed().toList();
    delays.forEach(this::send);
    long slowest = 0;
    while (heard.size() < delays.size()) {
      slowest = Math.max(slowest, undelayed());
    }

    List<Note> notes = heard.next(delays.size());

    // A loaded machine holds up everything: each of the five queues on the way may take as long as
    // the slowest message that had no delay at all.
    long latest = 1_000 + 5 * slowest;
    assertThat(notes).allSatisfy(note -> assertThat(note.late).isBetween(-1L, latest));
    heard.staysSilentFor(Duration.ofMillis(200));
  }

  /** How many milliseconds a message takes that is not to wait. */
  private long undelayed() {
    long start = System.nanoTime();
    sender.message_now(1);
    assertThat(undelayed.next()).isEqualTo(1);
    return (System.nanoTime() - start) / 1_000_000;
  }

  private void send(int millis) {
    send((long) millis);
  }

  @Test
  void messageArrivesByTheKeyItWasSentWith() {
    send(100L);

    assertThat(heard.next().key).isEqualTo("a.key");
  }

  @Test
  void daysAreTakenAndTooManyRefused() {
    sender.message_other(1, sendLater(Duration.ofDays(70))).join();
    assertThatThrownBy(() -> sendLater(Delays.MAX.plusMillis(1)))
        .hasMessage(
            "delay: PT1864H8M6.301S (expected: more than PT0S, at most " + Delays.MAX + ")");
    assertThatThrownBy(() -> sendLater(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void requestIsNotSentLater() {
    assertThatThrownBy(() -> sender.rpc_ask(sendLater(Duration.ofSeconds(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: a message");
  }

  @Test
  void queueThatDoesNotExistIsToldAtOnce() {
    Destination nowhere = Destination.queue(TestPostage.unique("nowhere"));

    assertThatThrownBy(
            () ->
                sender
                    .message_other(1, sendLater(Duration.ofSeconds(1)), SendOption.to(nowhere))
                    .join())
        .hasMessageContaining("NOT_FOUND");
  }
}
