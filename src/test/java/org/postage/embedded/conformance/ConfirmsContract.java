package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a publisher is told. */
abstract class ConfirmsContract extends BrokerContract {
  @Test
  void everyMessageIsConfirmedOnce() throws Exception {
    String queue = queue();
    Confirms confirms = new Confirms(channel());
    int count = 500;

    for (int i = 0; i < count; i++) {
      channel().basicPublish("", queue, null, new byte[10]);
    }

    assertThat(awaitConfirms()).isTrue();
    assertThat(confirms.acked).hasSize(count);
    assertThat(confirms.twice).isEmpty();
    assertThat(ready(queue)).isEqualTo(count);
  }

  @Test
  void numbersStartAtOneOnEachChannel() throws Exception {
    String queue = queue();
    Channel other = connection().createChannel();
    other.confirmSelect();
    Confirms confirms = new Confirms(other);

    other.basicPublish("", queue, null, new byte[0]);
    other.waitForConfirms(10_000);

    assertThat(confirms.acked).containsExactly(1L);
  }

  @Test
  void messageWithoutAQueueIsAcked() throws Exception {
    channel().basicPublish("", "nowhere", null, new byte[0]);

    assertThat(awaitConfirms()).isTrue();
  }

  @Test
  void returnComesBeforeItsConfirm() throws Exception {
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    channel().addReturnListener(back -> events.add("returned"));
    channel().addConfirmListener((tag, multiple) -> events.add("acked"), (tag, multiple) -> {});

    channel().basicPublish("", "nowhere", true, null, new byte[0]);

    assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("returned");
    assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("acked");
  }

  @Test
  void nackNamesTheMessageThatWasRefused() throws Exception {
    String full = queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
    Confirms confirms = new Confirms(channel());

    for (int i = 0; i < 3; i++) {
      channel().basicPublish("", full, null, new byte[0]);
    }

    assertThat(awaitConfirms()).isFalse();
    assertThat(confirms.acked).containsExactly(1L);
    assertThat(confirms.nacked).containsExactly(2L, 3L);
  }

  @Test
  void selectingTwiceIsFine() {
    assertThatCode(() -> channel().confirmSelect()).doesNotThrowAnyException();
  }

  @Test
  void channelInConfirmModeCannotBecomeTransactional() throws Exception {
    assertThat(
            refused(
                on -> {
                  on.confirmSelect();
                  on.txSelect();
                }))
        .isEqualTo(
            Closed.channel(406, "PRECONDITION_FAILED - cannot switch from confirm to tx mode"));
  }

  @Test
  void commitOutsideATransactionIsRefused() throws Exception {
    assertThat(refused(Channel::txCommit))
        .isEqualTo(Closed.channel(406, "PRECONDITION_FAILED - channel is not transactional"));
  }

  @Test
  void rollbackOutsideATransactionIsRefused() throws Exception {
    assertThat(refused(Channel::txRollback))
        .isEqualTo(Closed.channel(406, "PRECONDITION_FAILED - channel is not transactional"));
  }

  @Test
  void confirmedMessageIsInItsQueue() throws Exception {
    String queue = queue();

    channel().basicPublish("", queue, null, "hello".getBytes(UTF_8));
    channel().waitForConfirmsOrDie(10_000);

    assertThat(ready(queue)).isEqualTo(1);
  }

  /** Notes each number on its own, whether it came alone or with others. */
  private static final class Confirms {
    final Set<Long> acked = new TreeSet<>();
    final Set<Long> nacked = new TreeSet<>();
    final List<Long> twice = new ArrayList<>();
    private long next = 1;

    Confirms(Channel channel) {
      channel.addConfirmListener(
          (tag, multiple) -> note(acked, tag, multiple),
          (tag, multiple) -> note(nacked, tag, multiple));
    }

    private void note(Set<Long> into, long tag, boolean multiple) {
      for (long number = multiple ? next : tag; number <= tag; number++) {
        if (!acked.contains(number) && !nacked.contains(number)) {
          into.add(number);
        } else if (!multiple) {
          twice.add(number);
        }
      }
      while (acked.contains(next) || nacked.contains(next)) {
        next++;
      }
    }
  }
}
