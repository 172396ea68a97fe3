package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import org.junit.jupiter.api.Test;

/** Getting messages one by one. */
abstract class FetchingContract extends BrokerContract {
  @Test
  void emptyQueueGivesNothing() throws Exception {
    assertThat(channel().basicGet(queue(), true)).isNull();
  }

  @Test
  void messageTellsHowManyAreLeft() throws Exception {
    String queue = queue();
    send(queue, "1", "2", "3");

    assertThat(channel().basicGet(queue, true).getMessageCount()).isEqualTo(2);
  }

  @Test
  void fetchedMessageIsUnavailableToOthers() throws Exception {
    String queue = queue();
    send(queue, "1", "2");
    channel().basicGet(queue, false);

    assertThat(text(take(queue))).isEqualTo("2");
  }

  @Test
  void fetchedMessageComesBackWhenItsChannelCloses() throws Exception {
    String queue = queue();
    send(queue, "1");
    Channel other = connection().createChannel();
    other.basicGet(queue, false);

    other.close();

    GetResponse again = take(queue);
    assertThat(again.getEnvelope().isRedeliver()).isTrue();
  }

  @Test
  void fetchingIgnoresThePrefetch() throws Exception {
    String queue = queue();
    channel().basicQos(1);
    send(queue, "1", "2");

    channel().basicGet(queue, false);

    assertThat(channel().basicGet(queue, false)).isNotNull();
  }

  @Test
  void fetchedAndConsumedDeliveriesShareOneCount() throws Exception {
    String queue = queue();
    send(queue, "1", "2");
    GetResponse fetched = channel().basicGet(queue, false);

    Inbox inbox = consume(queue);

    assertThat(fetched.getEnvelope().getDeliveryTag()).isEqualTo(1);
    assertThat(inbox.next().getEnvelope().getDeliveryTag()).isEqualTo(2);
  }

  @Test
  void missingQueueCannotBeFetchedFrom() throws Exception {
    assertThat(refused(on -> on.basicGet("nope", true)))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no queue 'nope' in vhost '/'"));
  }
}
