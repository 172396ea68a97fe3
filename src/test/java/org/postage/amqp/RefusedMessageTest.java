package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Destination;
import org.postage.topology.Queue;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.RawMessage;

/** A message for which the broker closes the channel, without a word of which it was. */
@Timeout(60)
class RefusedMessageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final AmqpTransport transport =
      AmqpTransport.connect("test", BrokerUri.parse(broker.uri().toString()).build());

  @AfterEach
  void close() {
    transport.close();
    broker.close();
  }

  @Test
  void messageThatClosesItsChannelHurtsNoneOfThoseBesideIt() {
    transport.declare(Queue.named("queue"));

    List<CompletableFuture<Void>> good = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      good.add(publish("good-" + i, null));
    }
    CompletableFuture<Void> bad = publish("bad", "somebody else");
    for (int i = 20; i < 40; i++) {
      good.add(publish("good-" + i, null));
    }

    assertThat(bad)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(OutcomeUnknownException.class)
        .withMessageContaining("the last one: not sent: PRECONDITION_FAILED - user_id property");
    good.forEach(each -> assertThat(each).succeedsWithin(PATIENCE));
    assertThat(publish("later", null)).succeedsWithin(PATIENCE);
  }

  private CompletableFuture<Void> publish(String id, @Nullable String userId) {
    RawMessage message = RawMessage.of(new byte[0]).messageId(id).userId(userId).build();
    return transport.publish(Destination.queue("queue"), message, true, PATIENCE);
  }
}
