package org.postage.amqp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.postage.topology.Destination;
import org.postage.transport.NackedException;
import org.postage.transport.NotSentException;
import org.postage.transport.OutcomeUnknownException;
import org.postage.transport.RawMessage;
import org.postage.transport.SendException;
import org.postage.transport.UnroutableException;

/** What a sender is told, when more than one copy of a message was written. */
class PendingPublishTest {
  private final PendingPublish publish =
      new PendingPublish(
          Destination.queue("q"),
          RawMessage.of(new byte[0]).messageId("id").build(),
          true,
          System.nanoTime() + Duration.ofMinutes(1).toNanos());

  @Test
  void messageThatWasNeverWrittenIsCertainlyNotSent() {
    publish.abandoned("too late", null);

    assertThat(told()).isInstanceOf(NotSentException.class).hasNoCause();
  }

  @Test
  void messageWhoseFirstCopyMayHaveArrivedIsNotSaidToBeRefused() {
    lostBeforeItWasAnswered();

    publish.written();
    publish.refused("no exchange 'e'", null);

    assertThat(told())
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("an earlier copy was written")
        .hasMessageContaining("the last one: not sent: no exchange 'e'")
        .hasCauseInstanceOf(NotSentException.class);
  }

  @Test
  void messageWhoseFirstCopyMayHaveArrivedIsNotSaidToBeUnroutable() {
    lostBeforeItWasAnswered();

    publish.written();
    publish.returned();
    publish.acked();
    publish.end();

    assertThat(told())
        .isInstanceOf(OutcomeUnknownException.class)
        .hasCauseInstanceOf(UnroutableException.class);
  }

  @Test
  void messageWhoseFirstCopyMayHaveArrivedAndThatWaitsToBeWrittenAgainIsUnknown() {
    lostBeforeItWasAnswered();

    publish.abandoned("too late", "alarm");

    assertThat(told()).isInstanceOf(OutcomeUnknownException.class).hasMessageContaining("too late");
  }

  @Test
  void messageThatIsOnItsWayIsUnknown() {
    publish.written();

    publish.abandoned("too late", null);

    assertThat(told()).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void messageThatCameBackAndWaitsToBeTriedAgainIsUnroutable() {
    publish.written();
    publish.returned();
    publish.acked();

    publish.abandoned("too late", null);

    assertThat(told()).isInstanceOf(UnroutableException.class);
  }

  @Test
  void messageThatIsRefusedAgainAndAgainTellsHowOftenItWasTried() {
    for (int i = 0; i < 3; i++) {
      publish.written();
      publish.nacked();
    }

    publish.abandoned("too late", "alarm");

    assertThat(told())
        .isInstanceOfSatisfying(
            NackedException.class, nacked -> assertThat(nacked.tries()).isEqualTo(3))
        .hasMessageContaining("refused to take the message, tried 3 times");
  }

  @Test
  void messageWhoseFirstCopyMayHaveArrivedIsNotSaidToBeNacked() {
    lostBeforeItWasAnswered();

    publish.written();
    publish.nacked();
    publish.abandoned("too late", null);

    assertThat(told())
        .isInstanceOf(OutcomeUnknownException.class)
        .hasCauseInstanceOf(NackedException.class);
  }

  @Test
  void pauseBeforeTheNextTryDoublesUpToTwoSeconds() {
    List<Long> shortest = List.of(50L, 100L, 200L, 400L, 800L, 1_600L, 2_000L, 2_000L, 2_000L);

    for (long millis : shortest) {
      publish.written();
      publish.nacked();

      assertThat(publish.pauseMillis()).isBetween(millis, millis * 5 / 4);
    }
  }

  @Test
  void messageWhoseLastCopyIsConfirmedHasArrived() {
    lostBeforeItWasAnswered();

    publish.written();
    publish.acked();
    publish.end();

    assertThat(publish.outcome).isCompleted();
  }

  private void lostBeforeItWasAnswered() {
    publish.written();
    publish.unanswered();
  }

  private SendException told() {
    try {
      publish.outcome.join();
      throw new AssertionError("confirmed");
    } catch (CompletionException e) {
      return requireNonNull((SendException) e.getCause());
    }
  }
}
