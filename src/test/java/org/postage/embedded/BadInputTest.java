package org.postage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postage.embedded.conformance.RawClient;
import org.postage.embedded.conformance.TargetBroker;

/**
 * Input on which the broker is stricter than RabbitMQ, or which RabbitMQ cannot be asked about
 * quickly. What both do is among the conformance suite's {@code FramesContract}.
 */
class BadInputTest {
  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final TargetBroker target = new TargetBroker(broker.port(), "/");

  // Some wait until it has lost its patience.
  private final EmbeddedBroker impatient =
      EmbeddedBroker.builder().handshakeTimeout(Duration.ofSeconds(1)).start();
  private final TargetBroker impatientTarget = new TargetBroker(impatient.port(), "/");

  @AfterEach
  void close() {
    broker.close();
    impatient.close();
  }

  @Test
  void othersGoOnWhileOneMisbehaves() throws Exception {
    try (Connection good = Clients.connect(broker);
        RawClient bad = RawClient.withChannel(target)) {
      bad.send("not a frame at all".getBytes(UTF_8));

      assertThat(bad.hungUp()).isTrue();
      assertThat(good.createChannel().queueDeclare().getQueue()).isNotEmpty();
    }
  }

  @Test
  void clientThatSaysNothingIsDropped() throws Exception {
    try (RawClient client = RawClient.silent(impatientTarget)) {
      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void clientThatStopsWithinItsGreetingIsDropped() throws Exception {
    try (RawClient client = RawClient.silent(impatientTarget)) {
      client.send(new byte[] {'A', 'M', 'Q'});

      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void clientThatStopsWithinAFrameIsDropped() throws Exception {
    try (RawClient client = RawClient.greeted(impatientTarget)) {
      client.send(ByteBuffer.allocate(9).put((byte) 1).putShort((short) 0).putInt(100).array());

      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void clientThatTricklesIsDroppedAsWell() throws Exception {
    long start = System.nanoTime();
    try (RawClient client = RawClient.greeted(impatientTarget)) {
      client.send(ByteBuffer.allocate(7).put((byte) 1).putShort((short) 0).putInt(4000).array());

      // One octet at a time, so that no single wait is long; all of them would take 40 s.
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(10))
          .until(() -> refuses(client));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  private static boolean refuses(RawClient client) {
    try {
      client.send(new byte[1]);
      return false;
    } catch (IOException dropped) {
      return true;
    }
  }

  @Test
  void strangerGetsNoMoreThanASmallFrame() throws Exception {
    try (RawClient client = RawClient.greeted(target)) {
      client.send(ByteBuffer.allocate(7).put((byte) 1).putShort((short) 0).putInt(5_000).array());

      AMQP.Connection.Close close = client.expect(AMQP.Connection.Close.class);
      assertThat(close.getReplyText())
          .isEqualTo("FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,5000,4088}");
      assertThat(client.hungUp()).isTrue();
    }
  }

  @Test
  void tableNestedAThousandDeepClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.method(1, 50, 10, declareWith(nestedTable(1_000)));

      AMQP.Connection.Close close = client.expect(AMQP.Connection.Close.class);
      assertThat(close.getReplyCode()).isEqualTo(501);
      assertThat(close.getReplyText()).startsWith("FRAME_ERROR - cannot decode <<0,0,1,113,");
    }
  }

  @Test
  void nestedTablesOfAReasonableDepthAreFine() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.method(1, 50, 10, declareWith(nestedTable(20)));

      assertThatCode(() -> client.expect(AMQP.Queue.DeclareOk.class)).doesNotThrowAnyException();
    }
  }

  private static byte[] declareWith(byte[] table) {
    byte noFlags = 0;
    return ByteBuffer.allocate(5 + table.length)
        .putShort((short) 0)
        .put((byte) 1)
        .put((byte) 'q')
        .put(noFlags)
        .put(table)
        .array();
  }

  private static byte[] nestedTable(int depth) throws IOException {
    byte[] table = {};
    for (int i = 0; i < depth; i++) {
      ByteArrayOutputStream outer = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(outer);
      out.writeByte(1);
      out.writeByte('a');
      out.writeByte('F');
      out.writeInt(table.length);
      out.write(table);
      table = outer.toByteArray();
    }
    return ByteBuffer.allocate(4 + table.length).putInt(table.length).put(table).array();
  }

  @Test
  void unknownMethodClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.method(1, 60, 999);

      AMQP.Connection.Close close = client.expect(AMQP.Connection.Close.class);
      assertThat(close.getReplyText()).isEqualTo("FRAME_ERROR - cannot decode <<>>");
      assertThat(close.getClassId()).isEqualTo(60);
      assertThat(close.getMethodId()).isEqualTo(999);
    }
  }

  @Test
  void bodyLargerThanAnnouncedClosesTheConnection() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.publish(1, "", "q");
      client.header(1, 60, 3);
      client.frame(AMQP.FRAME_BODY, 1, new byte[6]);

      AMQP.Connection.Close close = client.expect(AMQP.Connection.Close.class);
      assertThat(close.getReplyText())
          .isEqualTo("UNEXPECTED_FRAME - expected content body of at most 3 octets, got 6");
    }
  }

  @Test
  void messageAnnouncedTooLargeIsRefusedBeforeItIsSent() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.publish(1, "", "q");
      client.header(1, 60, 134_217_729);

      AMQP.Channel.Close close = client.expect(AMQP.Channel.Close.class);
      assertThat(close.getReplyCode()).isEqualTo(406);
      assertThat(close.getReplyText())
          .isEqualTo(
              "PRECONDITION_FAILED - message size 134217729 is larger than configured max size"
                  + " 134217728");
    }
  }

  @Test
  void announcedSizeCostsNothingUntilItArrives() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      // Twelve gigabytes, were they believed.
      for (int i = 0; i < 100; i++) {
        RawClient client = RawClient.withChannel(target);
        clients.add(client);
        client.publish(1, "", "q");
        client.header(1, 60, 134_217_728);
        client.frame(AMQP.FRAME_BODY, 1, new byte[10]);
      }
      try (Connection good = Clients.connect(broker)) {
        assertThat(good.createChannel().queueDeclare().getQueue()).isNotEmpty();
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void transactionsAreRefused() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.send(1, new AMQImpl.Tx.Select());

      AMQP.Connection.Close close = client.expect(AMQP.Connection.Close.class);
      assertThat(close.getReplyCode()).isEqualTo(540);
      assertThat(close.getReplyText()).isEqualTo("NOT_IMPLEMENTED - transactions");
    }
  }

  @Test
  void streamsAreRefused() throws Exception {
    try (RawClient client = RawClient.withChannel(target)) {
      client.send(
          1,
          new AMQImpl.Queue.Declare(
              0, "q", false, true, false, false, false, Map.of("x-queue-type", "stream")));

      AMQP.Connection.Close close = client.expect(AMQP.Connection.Close.class);
      assertThat(close.getReplyText())
          .isEqualTo("NOT_IMPLEMENTED - queue type 'stream' (queue 'q' in vhost '/')");
    }
  }

  @Test
  void clientThatDoesNotReadStallsOnlyItself() throws Exception {
    try (Connection good = Clients.connect(broker);
        RawClient deaf = RawClient.withChannel(target)) {
      Channel channel = good.createChannel();
      channel.exchangeDeclare("x", "fanout");
      Clients.declare(channel, "deaf", Map.of());
      Clients.declare(channel, "good", Map.of());
      channel.queueBind("deaf", "x", "");
      channel.queueBind("good", "x", "");
      deaf.send(1, new AMQImpl.Basic.Consume(0, "deaf", "", false, true, false, false, Map.of()));
      BlockingQueue<String> texts = Clients.consume(channel, "good");

      byte[] body = new byte[100_000];
      for (int i = 0; i < 200; i++) {
        channel.basicPublish("x", "", null, body);
      }

      for (int i = 0; i < 200; i++) {
        assertThat(texts.poll(60, TimeUnit.SECONDS)).hasSize(body.length);
      }
      // The socket and one room of output took some; the rest waits where it belongs.
      assertThat(broker.vhost().queue("deaf"))
          .map(QueueView::ready)
          .hasValueSatisfying(ready -> assertThat(ready).isGreaterThan(50));
    }
  }

  @Test
  void clientThatReadsAgainGetsTheRest() throws Exception {
    try (Connection good = Clients.connect(broker);
        RawClient slow = RawClient.withChannel(target)) {
      Channel channel = good.createChannel();
      Clients.declare(channel, "q", Map.of());
      slow.send(1, new AMQImpl.Basic.Consume(0, "q", "", false, true, false, true, Map.of()));
      byte[] body = new byte[100_000];
      for (int i = 0; i < 200; i++) {
        channel.basicPublish("", "q", null, body);
      }
      channel.queueDeclarePassive("q");

      int bodies = 0;
      while (bodies < 200) {
        Frame frame = slow.read();
        if (frame != null && frame.getType() == AMQP.FRAME_BODY) {
          bodies++;
        }
      }

      assertThat(broker.vhost().queue("q")).map(QueueView::ready).hasValue(0);
    }
  }
}
