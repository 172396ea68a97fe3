package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.LongStringHelper;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logging in, agreeing on limits, staying in touch. */
abstract class ConnectionsContract extends BrokerContract {
  @Test
  void brokerSaysWhatItCan() {
    assertThat(connection().getServerProperties())
        .extractingByKey("capabilities", MAP)
        .containsOnlyKeys(
            "publisher_confirms",
            "exchange_exchange_bindings",
            "basic.nack",
            "consumer_cancel_notify",
            "connection.blocked",
            "consumer_priorities",
            "authentication_failure_close",
            "per_consumer_qos",
            "direct_reply_to");
  }

  @Test
  void brokerOffersTwoMechanisms() throws Exception {
    try (RawClient client = RawClient.silent(broker())) {
      client.send(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});

      AMQP.Connection.Start start = client.expect(AMQP.Connection.Start.class);

      assertThat(start.getMechanisms().toString().split(" ")).contains("PLAIN", "AMQPLAIN");
      assertThat(start.getLocales()).hasToString("en_US");
      assertThat(start.getVersionMajor()).isZero();
      assertThat(start.getVersionMinor()).isEqualTo(9);
    }
  }

  @Test
  void clientMayLogInWithAmqplain() throws Exception {
    try (RawClient client = RawClient.greeted(broker())) {
      client.login("AMQPLAIN", amqplain("guest", "guest"), Map.of());

      assertThatCode(() -> client.expect(AMQP.Connection.Tune.class)).doesNotThrowAnyException();
    }
  }

  private static byte[] amqplain(String user, String password) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String[] entry : new String[][] {{"LOGIN", user}, {"PASSWORD", password}}) {
      out.writeByte(entry[0].length());
      out.write(entry[0].getBytes(UTF_8));
      out.writeByte('S');
      out.writeInt(entry[1].length());
      out.write(entry[1].getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void wrongPasswordIsRefused() {
    ConnectionFactory factory = broker().factory();
    factory.setPassword("wrong");

    assertThatThrownBy(factory::newConnection)
        .isInstanceOf(AuthenticationFailureException.class)
        .hasMessage(
            "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."
                + " For details see the broker logfile.");
  }

  @Test
  void unknownUserIsRefusedInTheSameWords() {
    ConnectionFactory factory = broker().factory();
    factory.setUsername("stranger");

    assertThatThrownBy(factory::newConnection)
        .isInstanceOf(AuthenticationFailureException.class)
        .hasMessageStartingWith("ACCESS_REFUSED - Login was refused");
  }

  @Test
  void clientThatCannotBeToldIsDroppedForAWrongPassword() throws Exception {
    try (RawClient client = RawClient.greeted(broker())) {
      client.login("PLAIN", "\0guest\0wrong", Map.of());

      assertThat(client.closed()).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"FOO, guest", "PLAIN, guest", "AMQPLAIN, guest"})
  void clientThatCannotLogInIsDropped(String mechanism, String response) throws Exception {
    try (RawClient client = RawClient.greeted(broker())) {
      client.login(mechanism, response, Map.of());

      assertThat(client.closed()).isNull();
    }
  }

  @Test
  void missingVirtualHostIsRefused() {
    ConnectionFactory factory = broker().factory();
    factory.setVirtualHost("nope");

    assertThatThrownBy(factory::newConnection)
        .isInstanceOf(IOException.class)
        .cause()
        .isInstanceOfSatisfying(
            ShutdownSignalException.class,
            signal ->
                assertThat(Closed.by(signal, "nope"))
                    .isEqualTo(Closed.connection(530, "NOT_ALLOWED - vhost nope not found")));
  }

  @Test
  void brokerProposesRabbitMqsLimits() throws Exception {
    try (RawClient client = RawClient.greeted(broker())) {
      client.login("PLAIN", "\0guest\0guest", Map.of());

      AMQP.Connection.Tune tune = client.expect(AMQP.Connection.Tune.class);

      assertThat(tune.getChannelMax()).isEqualTo(2047);
      assertThat(tune.getFrameMax()).isEqualTo(131_072);
      assertThat(tune.getHeartbeat()).isEqualTo(60);
    }
  }

  @Test
  void clientMayAskForSmallerLimits() throws Exception {
    ConnectionFactory factory = broker().factory();
    factory.setRequestedFrameMax(4096);
    factory.setRequestedChannelMax(7);
    factory.setRequestedHeartbeat(5);

    try (Connection modest = factory.newConnection()) {
      assertThat(modest.getFrameMax()).isEqualTo(4096);
      assertThat(modest.getChannelMax()).isEqualTo(7);
      assertThat(modest.getHeartbeat()).isEqualTo(5);
    }
  }

  @Test
  void smallFramesCarryLargeMessagesBothWays() throws Exception {
    ConnectionFactory factory = broker().factory();
    factory.setRequestedFrameMax(4096);
    byte[] body = new byte[100_000];

    try (Connection modest = factory.newConnection()) {
      Channel on = modest.createChannel();
      String queue = on.queueDeclare().getQueue();
      on.basicPublish("", queue, null, body);
      Inbox inbox = consume(on, queue);

      assertThat(inbox.next().getBody()).isEqualTo(body);
    }
  }

  @ParameterizedTest
  @CsvSource({"5000, 131072", "100, 200000", "100, 100", "0, 0"})
  void clientThatExceedsTheLimitsIsDropped(int channelMax, int frameMax) throws Exception {
    try (RawClient client = RawClient.greeted(broker())) {
      client.login("PLAIN", "\0guest\0guest", Map.of());
      client.expect(AMQP.Connection.Tune.class);

      client.send(0, new AMQImpl.Connection.TuneOk(channelMax, frameMax, 0));

      assertThat(client.closed()).isNull();
    }
  }

  @Test
  void silentClientHearsHeartbeatsAndIsDropped() throws Exception {
    try (RawClient client = RawClient.connected(broker(), 100, 131_072, 1)) {
      assertThat(client.read()).satisfies(frame -> assertThat(frame.getType()).isEqualTo(8));

      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void heartbeatsKeepAnIdleConnection() throws Exception {
    ConnectionFactory factory = broker().factory();
    factory.setRequestedHeartbeat(2);

    try (Connection idle = factory.newConnection()) {
      Awaitility.await().during(Duration.ofSeconds(6)).until(idle::isOpen);
      assertThatCode(idle::createChannel).doesNotThrowAnyException();
    }
  }

  @Test
  void channelsBeyondTheAgreedNumberCloseTheConnection() throws Exception {
    try (RawClient client = RawClient.connected(broker(), 2, 131_072, 0)) {
      client.openChannel(1);
      client.openChannel(2);

      client.send(3, new AMQImpl.Channel.Open(""));

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  530,
                  "NOT_ALLOWED - number of channels opened (2) has reached the negotiated"
                      + " channel_max (2)"));
    }
  }

  @Test
  void channelNumberCanBeUsedAgain() throws Exception {
    Channel first = connection().createChannel(9);
    first.close();

    Channel again = connection().createChannel(9);

    assertThat(again.queueDeclare().getQueue()).isNotEmpty();
  }

  @Test
  void channelNumberCanBeUsedAgainAfterAnError() throws Exception {
    Channel victim = connection().createChannel(9);
    assertThatThrownBy(() -> victim.queueDeclarePassive("nope")).isInstanceOf(IOException.class);

    Channel again = connection().createChannel(9);

    assertThat(again.queueDeclare().getQueue()).isNotEmpty();
  }

  @Test
  void closeOfTheClientIsAgreedTo() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(1, new AMQImpl.Channel.Close(200, "bye", 0, 0));
      client.expect(AMQP.Channel.CloseOk.class);
      client.send(0, new AMQImpl.Connection.Close(200, "bye", 0, 0));

      assertThatCode(() -> client.expect(AMQP.Connection.CloseOk.class)).doesNotThrowAnyException();
    }
  }

  @Test
  void secretCanBeUpdated() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(
          0,
          new AMQImpl.Connection.UpdateSecret(LongStringHelper.asLongString("guest"), "renewed"));

      assertThatCode(() -> client.expect(AMQP.Connection.UpdateSecretOk.class))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void accessRequestsOfOldClientsAreGranted() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(1, new AMQImpl.Access.Request("/data", false, false, true, true, true));

      assertThatCode(() -> client.expect(AMQP.Access.RequestOk.class)).doesNotThrowAnyException();
    }
  }
}
