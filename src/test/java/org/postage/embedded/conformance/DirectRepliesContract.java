package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Replies without a queue. */
abstract class DirectRepliesContract extends BrokerContract {
  private static final String REPLY_TO = "amq.rabbitmq.reply-to";

  @Test
  void replyComesStraightBack() throws Exception {
    String queue = queue();
    Inbox replies = consumeReplies(channel());
    publish("", queue, request("c"), "question");

    BasicProperties asked = take(queue).getProps();
    publish("", asked.getReplyTo(), properties().correlationId("c").build(), "answer");

    Delivery reply = replies.next();
    assertThat(Inbox.text(reply)).isEqualTo("answer");
    assertThat(reply.getProperties().getCorrelationId()).isEqualTo("c");
    assertThat(reply.getEnvelope().getExchange()).isEmpty();
    assertThat(reply.getEnvelope().getRoutingKey()).isEqualTo(asked.getReplyTo());
  }

  @Test
  void addressIsMadeUpForTheChannel() throws Exception {
    String queue = queue();
    consumeReplies(channel());

    publish("", queue, request("1"), "question");
    publish("", queue, request("2"), "question");

    String first = take(queue).getProps().getReplyTo();
    assertThat(first).startsWith(REPLY_TO + ".").hasSizeGreaterThan(40);
    assertThat(take(queue).getProps().getReplyTo()).isEqualTo(first);
  }

  @Test
  void replyComesFromAnotherConnection() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, true, null);
    Inbox replies = consumeReplies(channel());
    publish("", queue, request("c"), "question");

    try (Connection server = broker().connect()) {
      Channel answering = server.createChannel();
      String address = answering.basicGet(queue, true).getProps().getReplyTo();
      answering.basicPublish("", address, null, "answer".getBytes(UTF_8));

      assertThat(replies.nextText()).isEqualTo("answer");
    }
  }

  @Test
  void requestWithoutConsumerIsRefused() throws Exception {
    assertThat(refused(on -> on.basicPublish("", "q", request("c"), new byte[0])))
        .isEqualTo(Closed.channel(406, "PRECONDITION_FAILED - fast reply consumer does not exist"));
  }

  @Test
  void requestOnAnotherChannelThanTheConsumersIsRefused() throws Exception {
    consumeReplies(channel());

    assertThat(refused(on -> on.basicPublish("", "q", request("c"), new byte[0])).code())
        .isEqualTo(406);
  }

  @Test
  void consumerCannotAcknowledge() throws Exception {
    assertThat(refused(on -> on.basicConsume(REPLY_TO, false, new Inbox(on))))
        .isEqualTo(Closed.channel(406, "PRECONDITION_FAILED - reply consumer cannot acknowledge"));
  }

  @Test
  void channelHasOneConsumerOfReplies() throws Exception {
    assertThat(
            refused(
                on -> {
                  consumeReplies(on);
                  consumeReplies(on);
                }))
        .isEqualTo(Closed.channel(406, "PRECONDITION_FAILED - reply consumer already set"));
  }

  @Test
  void repliesCannotBeFetched() throws Exception {
    assertThat(refused(on -> on.basicGet(REPLY_TO, true)))
        .isEqualTo(
            Closed.channel(404, "NOT_FOUND - no queue 'amq.rabbitmq.reply-to' in vhost '/'"));
  }

  @Test
  void serverCanAskWhetherTheRequesterIsStillThere() throws Exception {
    String queue = queue();
    Channel requester = connection().createChannel();
    consumeReplies(requester);
    requester.basicPublish("", queue, request("c"), new byte[0]);
    Awaitility.await().until(() -> ready(queue) == 1);
    String address = take(queue).getProps().getReplyTo();

    assertThat(channel().queueDeclarePassive(address).getConsumerCount()).isEqualTo(1);
    requester.close();

    Awaitility.await()
        .untilAsserted(
            () -> assertThat(refused(on -> on.queueDeclarePassive(address)).code()).isEqualTo(404));
  }

  @Test
  void replyToSomebodyWhoHasGoneIsLostInSilence() throws Exception {
    String queue = queue();
    Channel requester = connection().createChannel();
    consumeReplies(requester);
    requester.basicPublish("", queue, request("c"), new byte[0]);
    Awaitility.await().until(() -> ready(queue) == 1);
    String address = take(queue).getProps().getReplyTo();
    requester.close();

    channel().basicPublish("", address, null, new byte[0]);

    assertThat(awaitConfirms()).isTrue();
  }

  @Test
  void mandatoryReplyIsReturnedThoughItArrives() throws Exception {
    String queue = queue();
    Inbox replies = consumeReplies(channel());
    publish("", queue, request("c"), "question");
    String address = take(queue).getProps().getReplyTo();
    CompletableFuture<String> returned = new CompletableFuture<>();
    channel().addReturnListener(back -> returned.complete(back.getReplyText()));

    channel().basicPublish("", address, true, null, "answer".getBytes(UTF_8));

    assertThat(returned.get(60, TimeUnit.SECONDS)).isEqualTo("NO_ROUTE");
    assertThat(replies.nextText()).isEqualTo("answer");
  }

  @Test
  void consumerMayComeAgainAfterItWasCancelled() throws Exception {
    Inbox first = consumeReplies(channel());
    channel().basicCancel(first.getConsumerTag());
    Inbox second = consumeReplies(channel());
    String queue = queue();
    publish("", queue, request("c"), "question");

    publish("", take(queue).getProps().getReplyTo(), "answer");

    assertThat(second.nextText()).isEqualTo("answer");
  }

  private static Inbox consumeReplies(Channel on) throws Exception {
    Inbox inbox = new Inbox(on);
    on.basicConsume(REPLY_TO, true, inbox);
    return inbox;
  }

  private static BasicProperties request(String correlationId) {
    return properties().replyTo(REPLY_TO).correlationId(correlationId).build();
  }
}
