package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.handler.Desk.raw;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.pipeline.RetryPolicy;
import org.postage.transport.Headers;
import org.postage.transport.NackedException;

class DeliveryCountsTest {
  private static final RetryPolicy TWICE =
      RetryPolicy.attempts(2).constant(Duration.ofSeconds(1)).jitter(0);
  private static final Message FAIL = Message.command("fail");

  static final class Server {
    @MessageHandler("echo")
    void echo() {}

    @MessageHandler("fail")
    void fail() {
      throw new IllegalStateException("broken");
    }
  }

  @Test
  void everyDeliveryIsConsumedWhateverComesOfIt() {
    Desk desk = new Desk(new Server());

    desk.receive(Message.command("echo"));
    desk.receive(Message.command("unknown"));
    Desk.logOf(() -> desk.receive(raw("nonsense").build()));

    assertThat(desk.counts.stats()).isEqualTo(new DeliveryStats(3, 1, 1, 0, 0, 0, 1, 0));
  }

  @Test
  void whatIsTriedAgainAndWhatIsParkedInTheEndAreCountedApart() {
    Desk desk = new Desk(TWICE, new Server());

    Desk.logOf(
        () -> {
          desk.receive(FAIL);
          desk.receive(desk.transport.lastPublished().message());
        });

    assertThat(desk.counts.stats()).isEqualTo(new DeliveryStats(2, 0, 0, 0, 1, 1, 0, 0));
  }

  @Test
  void whatCanNotBeParkedIsRequeuedAndNotParked() {
    Desk desk = new Desk(TWICE, new Server());
    desk.transport.onPublish(
        published ->
            CompletableFuture.failedFuture(
                new NackedException(published.to(), published.message().messageId(), 1)));

    Desk.logOf(() -> desk.receive(raw(FAIL).headers(Map.of(Headers.ATTEMPT, 2)).build()));

    assertThat(desk.counts.stats()).isEqualTo(new DeliveryStats(1, 0, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void requestThatNobodyWaitsForIsOverdue() {
    Desk desk = new Desk(new Server());

    desk.receive(raw(Message.rpc("echo")).replyTo(Desk.REPLY_TO).expiration(Duration.ZERO).build());

    assertThat(desk.counts.stats().overdue()).isEqualTo(1);
  }
}
