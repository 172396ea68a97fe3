package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.Channel;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Consumers that do not simply share: exclusive, single active, with priority. */
abstract class ConsumerKindsContract extends BrokerContract {
  @Test
  void exclusiveConsumerKeepsOthersOut() throws Exception {
    String queue = queue();
    consumeExclusively(channel(), queue);

    assertThat(refused(on -> consume(on, queue))).isEqualTo(inExclusiveUse(queue));
  }

  @Test
  void consumerIsNotExclusiveWhereThereAreOthers() throws Exception {
    String queue = queue();
    consume(queue);

    assertThat(refused(on -> consumeExclusively(on, queue))).isEqualTo(inExclusiveUse(queue));
  }

  @Test
  void queueIsFreeAgainWhenItsExclusiveConsumerHasGone() throws Exception {
    String queue = queue();
    Inbox exclusive = consumeExclusively(channel(), queue);

    channel().basicCancel(exclusive.getConsumerTag());

    assertThatCode(() -> consume(queue)).doesNotThrowAnyException();
  }

  private static Inbox consumeExclusively(Channel on, String queue) throws Exception {
    Inbox inbox = new Inbox(on);
    on.basicConsume(queue, false, "", false, true, Map.of(), inbox);
    return inbox;
  }

  private static Closed inExclusiveUse(String queue) {
    return Closed.channel(
        403, "ACCESS_REFUSED - queue '" + queue + "' in vhost '/' in exclusive use");
  }

  @Test
  void onlyOneConsumerIsActiveWhereOneShallBe() throws Exception {
    String queue = queue(Map.of("x-single-active-consumer", true));
    Inbox first = consume(queue);
    Inbox second = consume(queue);

    send(queue, "1", "2", "3");

    assertThat(first.nextTexts(3)).containsExactly("1", "2", "3");
    assertThat(second.isEmpty()).isTrue();
  }

  @Test
  void nextConsumerBecomesActiveWhenTheFirstGoes() throws Exception {
    String queue = queue(Map.of("x-single-active-consumer", true));
    Inbox first = consume(queue);
    Inbox second = consume(queue);

    channel().basicCancel(first.getConsumerTag());
    send(queue, "hello");

    assertThat(second.nextText()).isEqualTo("hello");
  }

  @Test
  void singleActiveConsumersCannotBeExclusive() throws Exception {
    String queue = queue(Map.of("x-single-active-consumer", true));

    assertThat(refused(on -> consumeExclusively(on, queue))).isEqualTo(inExclusiveUse(queue));
  }

  @Test
  void consumerWithHigherPriorityComesFirst() throws Exception {
    String queue = queue();
    Inbox low = consume(queue);
    Inbox high = consumeWithPriority(queue, 5);

    send(queue, "1", "2", "3");

    assertThat(high.nextTexts(3)).containsExactly("1", "2", "3");
    assertThat(low.isEmpty()).isTrue();
  }

  @Test
  void consumerWithLowerPriorityGetsWhatTheOtherCannotTake() throws Exception {
    String queue = queue();
    Channel limited = connection().createChannel();
    limited.basicQos(1);
    Inbox high = new Inbox(limited);
    limited.basicConsume(queue, false, Map.of("x-priority", 5), high);
    Inbox low = consume(queue);

    send(queue, "1", "2");

    assertThat(high.nextText()).isEqualTo("1");
    assertThat(low.nextText()).isEqualTo("2");
  }

  private Inbox consumeWithPriority(String queue, int priority) throws Exception {
    Inbox inbox = new Inbox(channel());
    channel().basicConsume(queue, false, Map.of("x-priority", priority), inbox);
    return inbox;
  }

  @Test
  void consumerPriorityMustBeANumber() throws Exception {
    String queue = queue();

    assertThat(
            refused(on -> on.basicConsume(queue, false, Map.of("x-priority", "a"), new Inbox(on))))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - invalid arg 'x-priority' for queue '"
                    + queue
                    + "' in vhost '/': \"expected integer, got longstr\""));
  }
}
