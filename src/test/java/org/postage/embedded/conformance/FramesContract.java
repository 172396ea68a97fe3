package org.postage.embedded.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a client that does not speak as the protocol says. */
abstract class FramesContract extends BrokerContract {
  private static final int HEADER = AMQP.FRAME_HEADER;
  private static final int BODY = AMQP.FRAME_BODY;

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1", "AMQP\0\0\t\0", "AMQP\0\1\0\0", "AMQP\3\1\0\0"})
  void strangerIsToldTheProtocolAndDropped(String greeting) throws Exception {
    try (RawClient client = RawClient.silent(broker())) {
      client.send(greeting.getBytes(UTF_8));

      assertThat(client.readBytes(8)).isEqualTo(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void methodBeforeLoginDropsTheClient() throws Exception {
    try (RawClient client = RawClient.greeted(broker())) {
      client.send(1, new AMQImpl.Channel.Open(""));

      assertThat(client.closed()).isNull();
    }
  }

  @Test
  void wronglyEndedFrameClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(
          ByteBuffer.allocate(12)
              .put((byte) 1)
              .putShort((short) 1)
              .putInt(4)
              .putInt(0x32000A)
              .put((byte) 0)
              .array());

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  501,
                  "FRAME_ERROR - type 1, all octets = <<0,50,0,10>>:"
                      + " {invalid_frame_end_marker,0}"));
      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void tooLongFrameClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.connected(broker(), 100, 4096, 0)) {
      client.send(ByteBuffer.allocate(7).put((byte) 3).putShort((short) 1).putInt(5000).array());

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  501, "FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,5000,4088}"));
      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void unknownFrameTypeClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.frame(9, 1, new byte[0]);

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(501, "FRAME_ERROR - type 9, all octets = <<>>: unknown_frame"));
    }
  }

  @Test
  void heartbeatWithContentClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.frame(AMQP.FRAME_HEARTBEAT, 0, new byte[] {'x'});

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  501, "FRAME_ERROR - type 8, all octets = <<\"x\">>: unknown_frame"));
    }
  }

  @Test
  void heartbeatOnAChannelClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.frame(AMQP.FRAME_HEARTBEAT, 1, new byte[0]);

      assertThat(client.closed())
          .isEqualTo(Closed.connection(505, "UNEXPECTED_FRAME - type 8, all octets = <<>>"));
    }
  }

  @Test
  void channelMethodOnTheConnectionItselfClosesIt() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(0, new AMQImpl.Queue.Purge(0, "q", false));

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  504, "CHANNEL_ERROR - unexpected method in connection state running"));
    }
  }

  @Test
  void openingTheConnectionTwiceClosesIt() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(0, new AMQImpl.Connection.Open("/", "", false));

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  504, "CHANNEL_ERROR - unexpected method in connection state running"));
    }
  }

  @Test
  void connectionMethodOnAChannelClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(1, new AMQImpl.Connection.Open("/", "", false));

      assertThat(client.closed())
          .isEqualTo(Closed.connection(503, "COMMAND_INVALID - unimplemented method"));
    }
  }

  @Test
  void methodThatOnlyBrokersSendClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(1, new AMQImpl.Basic.ConsumeOk("tag"));

      assertThat(client.closed())
          .isEqualTo(Closed.connection(503, "COMMAND_INVALID - unimplemented method"));
    }
  }

  @Test
  void methodOnAChannelThatIsNotOpenClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(7, new AMQImpl.Queue.Purge(0, "q", false));

      assertThat(client.closed())
          .isEqualTo(Closed.connection(504, "CHANNEL_ERROR - expected 'channel.open'"));
    }
  }

  @Test
  void openingAChannelTwiceClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(1, new AMQImpl.Channel.Open(""));

      assertThat(client.closed())
          .isEqualTo(Closed.connection(504, "CHANNEL_ERROR - second 'channel.open' seen"));
    }
  }

  @Test
  void truncatedMethodClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.method(1, 50, 10, (byte) 0);

      assertThat(client.closed())
          .isEqualTo(Closed.connection(501, "FRAME_ERROR - cannot decode <<0>>"));
    }
  }

  @Test
  void tableLongerThanItsFrameClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.method(1, 50, 10, bytes(0, 0, 1, 'q', 8, 0, 0, 3, 232, 120, 120));

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  501, "FRAME_ERROR - cannot decode <<0,0,1,113,8,0,0,3,232,120,120>>"));
    }
  }

  private static byte[] bytes(int... octets) {
    ByteBuffer buffer = ByteBuffer.allocate(octets.length);
    for (int octet : octets) {
      buffer.put((byte) octet);
    }
    return buffer.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {HEADER, BODY})
  void contentWithoutPublishClosesTheConnection(int type) throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.frame(type, 1, new byte[14]);

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  505, "UNEXPECTED_FRAME - expected method frame, got non method frame instead"));
    }
  }

  @Test
  void bodyInsteadOfAHeaderClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.publish(1, "", "q");
      client.frame(BODY, 1, new byte[3]);

      assertThat(client.closed()).isEqualTo(noHeader());
    }
  }

  @Test
  void methodInsteadOfAHeaderClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.publish(1, "", "q");
      client.publish(1, "", "q");

      assertThat(client.closed()).isEqualTo(noHeader());
    }
  }

  private static Closed noHeader() {
    return Closed.connection(
        505,
        "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame"
            + " instead");
  }

  @Test
  void headerOfAnotherClassClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.publish(1, "", "q");
      client.header(1, 50, 3);

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  505,
                  "UNEXPECTED_FRAME - expected content header for class 60, got one for class 50"
                      + " instead"));
    }
  }

  @Test
  void methodInsteadOfABodyClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.publish(1, "", "q");
      client.header(1, 60, 6);
      client.frame(BODY, 1, new byte[3]);
      client.publish(1, "", "q");

      assertThat(client.closed())
          .isEqualTo(
              Closed.connection(
                  505,
                  "UNEXPECTED_FRAME - expected content body, got non content body frame instead"));
    }
  }

  @Test
  void contentOfTwoChannelsMayBeInterleaved() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, true, Map.of());
    try (RawClient client = RawClient.withChannel(broker())) {
      client.openChannel(2);
      client.publish(1, "", queue);
      client.publish(2, "", queue);
      client.header(1, 60, 2);
      client.header(2, 60, 3);
      client.frame(BODY, 2, "two".getBytes(UTF_8));
      client.frame(BODY, 1, "1".getBytes(UTF_8));
      client.frame(BODY, 1, "!".getBytes(UTF_8));

      assertThat(consume(queue).nextTexts(2)).containsExactlyInAnyOrder("two", "1!");
    }
  }

  @Test
  void closedChannelHearsNothingUntilItAgrees() throws Exception {
    try (RawClient client = RawClient.withChannel(broker())) {
      client.send(1, new AMQImpl.Queue.Purge(0, "nope", false));
      client.send(1, new AMQImpl.Queue.Purge(0, "nope", false));
      client.expect(AMQP.Channel.Close.class);
      client.send(1, new AMQImpl.Channel.CloseOk());

      client.openChannel(1);
      client.send(1, new AMQImpl.Queue.Purge(0, "nope", false));

      assertThat(client.closed())
          .extracting(Closed::what, Closed::code)
          .containsExactly("channel", 404);
    }
  }
}
