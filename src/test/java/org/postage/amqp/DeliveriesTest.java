package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

class DeliveriesTest {
  @Test
  void propertiesAreTakenOver() {
    byte[] body = {1, 2};
    Delivery delivery =
        Deliveries.delivery(
            "queue",
            new Envelope(7, true, "exchange", "key"),
            new BasicProperties.Builder()
                .contentType("a/b")
                .messageId("id")
                .correlationId("call")
                .replyTo("amq.gen-1")
                .userId("me")
                .deliveryMode(2)
                .build(),
            body);

    assertThat(delivery.queue()).isEqualTo("queue");
    assertThat(delivery.exchange()).isEqualTo("exchange");
    assertThat(delivery.routingKey()).isEqualTo("key");
    assertThat(delivery.isRedelivered()).isTrue();
    RawMessage message = delivery.message();
    assertThat(message.body()).isSameAs(body);
    assertThat(message.contentType()).isEqualTo("a/b");
    assertThat(message.messageId()).isEqualTo("id");
    assertThat(message.correlationId()).isEqualTo("call");
    assertThat(message.replyTo()).isEqualTo("amq.gen-1");
    assertThat(message.userId()).isEqualTo("me");
    assertThat(message.isPersistent()).isTrue();
  }

  @Test
  void everyPropertyOfAMessageThatIsSentOnIsTheSame() {
    BasicProperties received =
        new BasicProperties.Builder()
            .contentType("a/b")
            .contentEncoding("gzip")
            .headers(Map.of("name", "value"))
            .deliveryMode(2)
            .priority(7)
            .correlationId("call")
            .replyTo("amq.gen-1")
            .expiration("1000")
            .messageId("id")
            .timestamp(Date.from(Instant.ofEpochSecond(1_700_000_000L)))
            .type("order")
            .userId("me")
            .appId("shop")
            .build();

    RawMessage message = Deliveries.message(received, new byte[0]).toBuilder().build();

    assertThat(Deliveries.properties(message)).isEqualTo(received);
  }

  @Test
  void absentPropertiesStayAbsent() {
    RawMessage message =
        Deliveries.message(new BasicProperties.Builder().deliveryMode(1).build(), new byte[0]);

    assertThat(message.contentType()).isNull();
    assertThat(message.messageId()).isNull();
    assertThat(message.correlationId()).isNull();
    assertThat(message.replyTo()).isNull();
    assertThat(message.userId()).isNull();
    assertThat(message.isPersistent()).isFalse();
  }

  @Test
  void propertyThatGrewWhenItWasDecodedIsTakenAsAbsent() {
    // 255 bytes that are no UTF-8, as the client decodes them: three bytes for each.
    String grown = "\ufffd".repeat(255);

    RawMessage message =
        Deliveries.message(
            new BasicProperties.Builder()
                .contentType(grown)
                .messageId(grown)
                .correlationId(grown)
                .replyTo(grown)
                .build(),
            new byte[0]);

    assertThat(message.contentType()).isNull();
    assertThat(message.messageId()).isNull();
    assertThat(message.correlationId()).isNull();
    assertThat(message.replyTo()).isNull();
  }
}
