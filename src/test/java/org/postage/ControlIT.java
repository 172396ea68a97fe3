package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.message.Fingerprint;
import org.postage.producer.Rpc;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Address;

/** Who may steer a program by messages. */
@RabbitMq
@Timeout(600)
class ControlIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  interface Remote {
    @Rpc("ping")
    Fingerprint ping();
  }

  private static final class Nothing {
    @MessageHandler("nothing")
    void nothing() {}
  }

  private final RabbitMqBroker broker;
  private final String name = TestPostage.unique("controlled");

  ControlIT(RabbitMqBroker broker) {
    this.broker = broker;
  }

  @Test
  void byNobodyIgnoresAllCommandsAndGoesOn() throws Exception {
    try (Postage postage = TestPostage.builder(broker).control(Control.byNobody()).connect()) {
      GenericApplication application = postage.application(name).start();

      send("quit", "{}", "guest");
      send("restart", "{}", "guest");
      send("join_group", "{\"group_name\": \"blue\"}", "guest");

      assertThat(ping(postage)).isEqualTo(application.fingerprint());
      assertThat(application.groups()).isEmpty();
      assertThat(application.processor().isConsuming()).isTrue();
    }
  }

  @Test
  void byUsersObeysOnlyWhomTheBrokerVouchesFor() throws Exception {
    try (Postage postage =
        TestPostage.builder(broker).control(Control.byUsers("guest", "admin")).connect()) {
      GenericApplication application = postage.application(name).groups("red").start();

      send("quit", "{}", null);
      send("leave_group", "{\"group_name\": \"red\"}", null);
      assertThat(ping(postage)).isEqualTo(application.fingerprint());
      assertThat(application.groups()).containsExactly("red");

      send("leave_group", "{\"group_name\": \"red\"}", "guest");
      send("join_group", "{\"group_name\": \"blue\"}", "guest");
      assertThat(ping(postage)).isEqualTo(application.fingerprint());
      assertThat(application.groups()).containsExactly("blue");

      send("quit", "{}", "guest");
      assertThat(application.processor().join(LIMIT)).isTrue();
    }
  }

  @Test
  void byUsersIgnoresAnotherUser() throws Exception {
    try (Postage postage =
        TestPostage.builder(broker).control(Control.byUsers("admin")).connect()) {
      MessageProcessor processor =
          postage
              .processor(Address.EXCHANGE.to(name + "-queue", name))
              .handlers(new Nothing())
              .start();
      GenericApplication application = postage.application(name).start();

      send("quit", "{}", "guest");

      assertThat(ping(postage)).isEqualTo(application.fingerprint());
      assertThat(processor.isConsuming()).isTrue();
    }
  }

  @Test
  void ownHandlerOfQuitRunsBesideTheBuiltInOne() throws Exception {
    class Farewell {
      final Heard<String> heard = new Heard<>();

      @MessageHandler("quit")
      void quit() {
        heard.add("good bye");
      }
    }
    Farewell farewell = new Farewell();
    try (Postage postage = TestPostage.connect(broker)) {
      GenericApplication application = postage.application(name).handlers(farewell).start();

      send("quit", "{}", null);

      assertThat(application.processor().join(LIMIT)).isTrue();
      assertThat(farewell.heard.next()).isEqualTo("good bye");
    }
  }

  // A request, which is answered after the messages before it: they came by the same queue.
  private Fingerprint ping(Postage postage) {
    return postage
        .producer(Remote.class, Address.allOnHost(name, postage.fingerprint().host()).destination())
        .ping();
  }

  private void send(String command, String parameters, @Nullable String userId) throws Exception {
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      channel.basicPublish(
          Address.EXCHANGE.name(),
          name,
          new AMQP.BasicProperties.Builder().userId(userId).build(),
          """
          {"type": "command", "name": "%s", "category": "message", "version": "2",
           "fingerprint": {}, "content": {"parameters": %s}, "_reserved": {}}"""
              .formatted(command, parameters)
              .getBytes(StandardCharsets.UTF_8));
      channel.waitForConfirmsOrDie(10_000);
    }
  }
}
