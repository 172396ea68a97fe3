package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.Method;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.RawMessage;

/**
 * About what values of ours accept: exactly what the client can write. What it can't write takes a
 * number of its channel's confirms, and all later ones would be credited to the wrong messages.
 */
@SuppressWarnings("JavaUtilDate") // It is what AMQP has.
class AcceptedNamesTest {
  private static final long SEED = Long.getLong("postage.seed", 1);
  private static final int TEXTS = 3_000;

  @Test
  void nameIsAcceptedIfAndOnlyIfTheClientCanWriteIt() {
    for (long seed = SEED; seed < SEED + TEXTS; seed++) {
      String text = text(new SplittableRandom(seed));
      boolean isWritten = holds(AcceptedNamesTest::writeMethods, text);

      for (Consumer<String> name :
          List.<Consumer<String>>of(
              Exchange::direct,
              Queue::named,
              Destination::queue,
              key -> Exchange.direct("x").withKey(key),
              key -> Exchange.direct("x").to("q", key))) {
        assertThat(holds(name, text)).as("-Dpostage.seed=" + seed).isEqualTo(isWritten);
      }
    }
  }

  @Test
  void propertiesAreAcceptedIfAndOnlyIfTheClientCanWriteThem() {
    for (long seed = SEED; seed < SEED + TEXTS; seed++) {
      String text = text(new SplittableRandom(seed));
      boolean isWritten =
          holds(t -> writeHeader(new AMQP.BasicProperties.Builder().messageId(t).build()), text);

      boolean isAccepted =
          holds(
              t ->
                  writeHeader(
                      Deliveries.properties(
                          RawMessage.of(new byte[0])
                              .contentType(t)
                              .messageId(t)
                              .correlationId(t)
                              .replyTo(t)
                              .userId(t)
                              .build())),
              text);

      assertThat(isAccepted).as("-Dpostage.seed=" + seed).isEqualTo(isWritten);
    }
  }

  static List<Object> writable() {
    return List.of(
        "text",
        true,
        (byte) 1,
        (short) 2,
        3,
        4L,
        5.0f,
        6.0,
        List.of("a", List.of(1)),
        Map.of("k", Map.of("l", 2L)));
  }

  @ParameterizedTest
  @MethodSource("writable")
  void argumentThatIsAcceptedCanBeWritten(Object value) {
    Queue queue = Queue.named("q").withArgument("x-argument", value);

    write(new AMQP.Queue.Declare.Builder().queue("q").arguments(queue.arguments()).build());
  }

  static List<Object> refused() {
    return List.of(
        new Object(),
        'c',
        BigInteger.ONE,
        new BigDecimal("1e-300"),
        new Date(),
        Exchange.DEFAULT,
        List.of(new Object()),
        Map.of("k", new Object()),
        Map.of("k".repeat(256), 1),
        Arrays.asList(1, 'c'));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void argumentThatCanNotBeWrittenIsRefused(Object value) {
    assertThatThrownBy(() -> Queue.named("q").withArgument("x-argument", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("queue argument");
  }

  @Test
  void refusedArgumentIsNamed() {
    assertThatThrownBy(() -> Queue.named("q").withArgument("x-a", 'c'))
        .hasMessage(
            "queue argument x-a: a Character (expected: a string, a boolean, a number of up to 64"
                + " bits, or a list or map of them)");
  }

  // Around the limit, in characters of one to four octets; some are halves of a pair.
  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int kind = random.nextInt(5);
    int length = kind == 0 ? 250 + random.nextInt(10) : 60 + random.nextInt(210);
    while (text.length() < length) {
      switch (kind == 4 ? random.nextInt(4) : kind) {
        case 0 -> text.append((char) random.nextInt(0x80));
        case 1 -> text.append((char) (0x80 + random.nextInt(0x700)));
        case 2 -> text.append((char) (0x800 + random.nextInt(0xf800)));
        default -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
      }
    }
    return text.toString();
  }

  private static void writeMethods(String name) {
    write(new AMQP.Basic.Publish.Builder().exchange(name).routingKey(name).build());
    write(new AMQP.Queue.Declare.Builder().queue(name).build());
    write(new AMQP.Queue.Bind.Builder().queue(name).exchange(name).routingKey(name).build());
    write(new AMQP.Exchange.Declare.Builder().exchange(name).build());
  }

  private static void write(com.rabbitmq.client.Method method) {
    try {
      assertThat(((Method) method).toFrame(1).getPayload()).isNotEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeHeader(AMQP.BasicProperties properties) {
    try {
      Frame frame = properties.toFrame(1, 0);
      // The least that a broker may allow a frame.
      assertThat(frame.getPayload()).hasSizeLessThan(AMQP.FRAME_MIN_SIZE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean holds(Consumer<String> action, String text) {
    try {
      action.accept(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
