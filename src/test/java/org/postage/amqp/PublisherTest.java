package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postage.topology.Destination;
import org.postage.transport.ManualTimer;
import org.postage.transport.RawMessage;

class PublisherTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ManualTimer loop = new ManualTimer(false);
  private final Link link =
      new Link(
          "test",
          ConnectionSettings.builder().build(),
          new LinkLoop("test", loop, loop),
          Duration.ofMinutes(1));
  private final Publisher publisher = new Publisher(link, PATIENCE, exchange -> {});
  private final FakeConnection connection = new FakeConnection();
  private final FakeConnection newer = new FakeConnection();

  @Test
  void writeThatFailsGivesItsConnectionUp() throws IOException {
    publisher.open(connection.broker);
    connection.last().publishing =
        () -> {
          throw new IOException("on purpose");
        };

    publish();

    assertThat(connection.socket.isClosed()).isTrue();
  }

  @Test
  void writeThatFailsLateDoesNotEndANewerConnection() throws IOException {
    publisher.open(connection.broker);
    connection.last().publishing =
        () -> {
          publisher.lost(new IOException("lost meanwhile"));
          publisher.open(newer.broker);
          throw new IOException("on purpose");
        };

    publish();

    assertThat(newer.socket.isClosed()).isFalse();
  }

  private void publish() {
    publisher.publish(
        Destination.queue("q"), RawMessage.of(new byte[0]).messageId("id").build(), true, PATIENCE);
  }
}
