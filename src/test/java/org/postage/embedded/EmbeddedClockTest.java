package org.postage.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hours in milliseconds: what expires when the clock is moved on. */
class EmbeddedClockTest {
  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final Connection connection;
  private final Channel channel;

  EmbeddedClockTest() throws Exception {
    connection = Clients.connect(broker);
    channel = connection.createChannel();
  }

  @AfterEach
  void close() {
    broker.close();
    connection.abort();
  }

  @Test
  void messageExpiresWhenItsTimeHasCome() throws Exception {
    Clients.declare(channel, "q", Map.of("x-message-ttl", 60_000));
    Clients.send(channel, "q", Clients.PERSISTENT, "hello");

    broker.advance(Duration.ofSeconds(55));
    assertThat(broker.vhost().messages("q")).hasSize(1);
    broker.advance(Duration.ofSeconds(5));

    assertThat(broker.vhost().messages("q")).isEmpty();
  }

  @Test
  void delayEndsInTheQueueBehindIt() throws Exception {
    Clients.declare(channel, "work", Map.of());
    declareDelay("delay", 3_600_000, "work");
    Clients.send(channel, "delay", Clients.PERSISTENT, "later");

    broker.advance(Duration.ofHours(1));

    assertThat(Clients.get(channel, "work")).isEqualTo("later");
  }

  @Test
  void delaysInARowEndEachAtItsOwnTime() throws Exception {
    Clients.declare(channel, "work", Map.of());
    declareDelay("second", 20_000, "work");
    declareDelay("first", 10_000, "second");
    Clients.send(channel, "first", Clients.PERSISTENT, "later");

    broker.advance(Duration.ofSeconds(15));
    assertThat(broker.vhost().messages("second")).hasSize(1);
    broker.advance(Duration.ofSeconds(14));
    assertThat(broker.vhost().messages("work")).isEmpty();
    broker.advance(Duration.ofSeconds(1));

    assertThat(Clients.get(channel, "work")).isEqualTo("later");
  }

  @Test
  void oneStepOverManyDelaysIsAsGoodAsManySteps() throws Exception {
    Clients.declare(channel, "work", Map.of());
    declareDelay("second", 20_000, "work");
    declareDelay("first", 10_000, "second");
    Clients.send(channel, "first", Clients.PERSISTENT, "later");

    broker.advance(Duration.ofDays(1));

    assertThat(Clients.get(channel, "work")).isEqualTo("later");
  }

  @Test
  void messageWithItsOwnTimeExpires() throws Exception {
    Clients.declare(channel, "q", Map.of());
    BasicProperties aMinute = new BasicProperties.Builder().expiration("60000").build();
    Clients.send(channel, "q", aMinute, "hello");

    broker.advance(Duration.ofMinutes(1));

    assertThat(Clients.get(channel, "q")).isNull();
  }

  @Test
  void unusedQueueExpires() throws Exception {
    Clients.declare(channel, "q", Map.of("x-expires", 1_800_000));

    broker.advance(Duration.ofMinutes(29));
    assertThat(broker.vhost().queue("q")).isPresent();
    broker.advance(Duration.ofMinutes(1));

    assertThat(broker.vhost().queue("q")).isEmpty();
  }

  @Test
  void queueInUseDoesNotExpire() throws Exception {
    Clients.declare(channel, "q", Map.of("x-expires", 1_000));
    Clients.consume(channel, "q");

    broker.advance(Duration.ofDays(1));

    assertThat(broker.vhost().queue("q")).isPresent();
  }

  @Test
  void timeDoesNotRunBackwards() {
    assertThatThrownBy(() -> broker.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("by: PT-1S (expected: >= PT0S)");
  }

  private void declareDelay(String name, int millis, String target) throws Exception {
    Clients.declare(
        channel,
        name,
        Map.of(
            "x-message-ttl",
            millis,
            "x-dead-letter-exchange",
            "",
            "x-dead-letter-routing-key",
            target));
  }
}
