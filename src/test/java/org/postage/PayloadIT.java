package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.encoding.CborEncoder;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.spec.ValidatingEncoder;
import org.postage.topology.Exchange;
import org.postage.transport.Delivery;

/** Values of all kinds across the wire, in both encodings, and names of all kinds. */
@RabbitMq
@Timeout(600)
class PayloadIT {
  enum Colour {
    RED,
    GREEN
  }

  record Item(String name, BigDecimal price, Colour colour) {}

  @SuppressWarnings("ArrayRecordComponent") // Bytes are what is tested; equality is written below.
  record Order(
      long id,
      List<Item> items,
      Map<String, @Nullable Integer> counts,
      Instant when,
      LocalDate day,
      Duration time,
      ZonedDateTime zoned,
      BigInteger big,
      @Nullable String remark,
      byte[] bytes) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Order o && toString().equals(o.toString());
    }

    @Override
    public int hashCode() {
      return Objects.hash(id);
    }

    @Override
    public String toString() {
      return List.of(id, items, counts, when, day, time, zoned.toInstant(), big, remark + "")
          + new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  /** Without annotations: getters and setters only. */
  public static final class Plain {
    private String name = "";
    private int count;

    public String getName() {
      return name;
    }

    public void setName(String name) {
      this.name = name;
    }

    public int getCount() {
      return count;
    }

    public void setCount(int count) {
      this.count = count;
    }
  }

  private static final Order ORDER =
      new Order(
          Long.MAX_VALUE,
          List.of(
              new Item("h\u00e9", new BigDecimal("1.5"), Colour.RED),
              new Item("", BigDecimal.ZERO, Colour.GREEN)),
          Map.of("a", 1),
          Instant.parse("2026-11-25T10:15:30.123456789Z"),
          LocalDate.of(2026, 2, 28),
          Duration.ofMillis(90_061),
          ZonedDateTime.parse("2026-11-25T10:15:30+01:00"),
          BigInteger.TEN.pow(40),
          null,
          new byte[] {0, -1, 127});

  interface Client {
    Order rpc_order(Order order);

    List<Order> rpc_orders(List<Order> orders);

    Plain rpc_plain(Plain plain);

    Set<Colour> rpc_colours(Set<Colour> colours);

    @Nullable Object rpc_any(@Nullable Object anything);

    Optional<String> rpc_maybe(Optional<String> text);

    String rpc_echo(String text);
  }

  private static final class Server {
    @RpcHandler("order")
    Order order(Order order) {
      return order;
    }

    @RpcHandler("orders")
    List<Order> orders(List<Order> orders) {
      orders.get(0).items.get(0).colour.name();
      return orders;
    }

    @RpcHandler("plain")
    Plain plain(Plain plain) {
      plain.setCount(plain.getCount() + 1);
      return plain;
    }

    @RpcHandler("colours")
    Set<Colour> colours(Set<Colour> colours) {
      return colours.contains(Colour.RED) ? Set.of(Colour.GREEN) : Set.of();
    }

    @RpcHandler("any")
    @Nullable Object any(@Nullable Object anything) {
      return anything;
    }

    @RpcHandler("echo")
    String echo(String text) {
      return text;
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("payload"));

  PayloadIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private static Postage.Builder withCbor(RabbitMqBroker broker) {
    return TestPostage.builder(broker).encoders(new CborEncoder(), new ValidatingEncoder());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recordsObjectsListsAndDatesArriveAsTheyWere(boolean asCbor) {
    try (Postage other = asCbor ? withCbor(broker).connect() : TestPostage.connect(broker)) {
      other
          .processor(exchange.to(TestPostage.unique("queue"), "key"))
          .handlers(new Server())
          .start();
      Client client = other.producer(Client.class, exchange.withKey("key"));
      Plain plain = new Plain();
      plain.setName("x");

      assertThat(client.rpc_order(ORDER)).isEqualTo(ORDER);
      assertThat(client.rpc_orders(List.of(ORDER, ORDER))).containsExactly(ORDER, ORDER);
      assertThat(client.rpc_plain(plain)).returns("x", Plain::getName).returns(1, Plain::getCount);
      assertThat(client.rpc_colours(Set.of(Colour.RED))).containsExactly(Colour.GREEN);
      assertThat(client.rpc_any(null)).isNull();
      assertThat(client.rpc_any(true)).isEqualTo(true);
      assertThat(client.rpc_any(List.of(1, 2.5, "a", Map.of("b", List.of()))))
          .isEqualTo(List.of(1, 2.5, "a", Map.of("b", List.of())));
    }
  }

  @Test
  void bothEncodingsAreReadFromOneQueueEachByItsContentType() throws Exception {
    interface Sender {
      void message_echo(String text);
    }
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(String text, Delivery delivery) {
        heard.add(delivery.message().contentType() + ": " + text);
      }
    }
    Receiver receiver = new Receiver();
    try (Postage cbor = withCbor(broker).connect();
        Postage both =
            TestPostage.builder(broker)
                .encoders(new ValidatingEncoder(), new CborEncoder())
                .connect();
        Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      both.processor(exchange.to(TestPostage.unique("queue"), "key")).handlers(receiver).start();

      cbor.producer(Sender.class, exchange.withKey("key")).message_echo("one");
      assertThat(receiver.heard.next()).isEqualTo("application/cbor: one");

      postage.producer(Sender.class, exchange.withKey("key")).message_echo("two");
      assertThat(receiver.heard.next()).isEqualTo("application/json: two");

      channel.basicPublish(
          exchange.name(),
          "key",
          new AMQP.BasicProperties(),
          """
          {"type": "command", "name": "echo", "category": "message", "version": "2",
           "fingerprint": {}, "content": {"parameters": "three"}, "_reserved": {}}"""
              .getBytes(StandardCharsets.UTF_8));
      assertThat(receiver.heard.next()).isEqualTo("null: three");
    }
  }

  @Test
  void requestIsAnsweredInTheEncodingThatItCameIn() {
    try (Postage cbor = withCbor(broker).connect();
        Postage both =
            TestPostage.builder(broker)
                .encoders(new ValidatingEncoder(), new CborEncoder())
                .connect()) {
      both.processor(exchange.to(TestPostage.unique("queue"), "key"))
          .handlers(new Server())
          .start();

      // The client that only knows JSON could not read any other answer.
      assertThat(postage.producer(Client.class, exchange.withKey("key")).rpc_echo("in JSON"))
          .isEqualTo("in JSON");
      assertThat(cbor.producer(Client.class, exchange.withKey("key")).rpc_echo("in CBOR"))
          .isEqualTo("in CBOR");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "name@host",
        "name#group",
        "name@host/rr",
        "h\u00e9 \u2603 \ud83d\ude00",
        "a.b.c *",
        "\"quoted\" 'twice' \\ %2F"
      })
  void exchangesQueuesAndKeysMayHaveAnyName(String name) {
    interface Sender {
      CompletableFuture<Void> message_echo(String text);
    }
    class Receiver {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("echo")
      void echo(String text, Delivery delivery) {
        heard.add(
            String.join("|", text, delivery.exchange(), delivery.routingKey(), delivery.queue()));
      }
    }
    Receiver receiver = new Receiver();
    Exchange named = Exchange.direct("exchange " + name);
    postage.processor(named.to("queue " + name, "key " + name)).handlers(receiver).start();

    postage.producer(Sender.class, named.withKey("key " + name)).message_echo(name).join();

    assertThat(receiver.heard.next())
        .isEqualTo(String.join("|", name, "exchange " + name, "key " + name, "queue " + name));
  }

  @Test
  void halfAMegabyteOfTextArrivesWhole() {
    String text = "\u00e9".repeat(100_000);
    postage
        .processor(exchange.to(TestPostage.unique("queue"), "key"))
        .handlers(new Server())
        .start();

    assertThat(postage.producer(Client.class, exchange.withKey("key")).rpc_echo(text))
        .isEqualTo(text);
  }
}
