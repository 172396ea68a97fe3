package org.postage.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postage.testing.PostageAssertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.message.Fingerprint;
import org.postage.producer.SendOption;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

class PostageExtensionTest {
  private static final Exchange EXCHANGE = Exchange.direct("greetings");

  @RegisterExtension
  final PostageExtension extension =
      PostageExtension.builder().postage(p -> p.fingerprint("greeter", "test")).build();

  interface Greetings {
    void message_greet(String whom, SendOption... options);

    String rpc_answer(String whom);
  }

  static final class Greeter {
    final List<String> greeted = new CopyOnWriteArrayList<>();

    @MessageHandler("greet")
    void greet(String whom, Fingerprint sender) {
      greeted.add(whom + " from " + sender.name());
    }

    @RpcHandler("answer")
    String answer(String whom) {
      return "hello " + whom;
    }
  }

  @Test
  void injectsABrokerAConnectionAndAProducerThatWorkTogether(
      Postage postage,
      TestBroker broker,
      SentMessages sent,
      @SendTo(exchange = "greetings", key = "g") Greetings greetings) {
    Greeter greeter = new Greeter();
    postage.processor(EXCHANGE.to("greeter", "g")).handlers(greeter).start();

    greetings.message_greet("you");
    broker.untilQuiet();

    Assertions.assertThat(greeter.greeted).containsExactly("you from greeter");
    Assertions.assertThat(greetings.rpc_answer("you")).isEqualTo("hello you");
    assertThat(sent).hasSize(2).hasNo("quit").hasRequest("answer");
    assertThat(sent)
        .hasCommand("greet")
        .withParameters("you")
        .from("greeter")
        .toExchange("greetings")
        .toKey("g")
        .times(1);
  }

  @Test
  void givesEachTestABrokerOfItsOwn(TestBroker broker) {
    assertThat(broker.sent()).isEmpty();
    broker
        .embedded()
        .ifPresent(embedded -> Assertions.assertThat(embedded.vhost().queues()).isEmpty());
  }

  @Test
  void untilQuietWaitsForWhatIsInQueuesAndInHandlers(Postage postage, TestBroker broker) {
    Greeter greeter = new Greeter();
    postage.processor(EXCHANGE.to("greeter", "g")).handlers(greeter).concurrency(3).start();
    Greetings other =
        broker
            .connect(b -> b.fingerprint("other", "test"))
            .producer(Greetings.class, EXCHANGE.withKey("g"));

    for (int i = 0; i < 500; i++) {
      other.message_greet("number " + i);
    }
    broker.untilQuiet();

    Assertions.assertThat(greeter.greeted).hasSize(500).contains("number 499 from other");
  }

  @Test
  void untilQuietNamesTheQueueThatIsNot(Postage postage, TestBroker broker) {
    Greeter greeter = new Greeter();
    postage.processor(EXCHANGE.to("greeter", "g")).handlers(greeter).start();
    broker.embedded().orElseThrow().block("on purpose");
    postage.producer(Greetings.class, EXCHANGE.withKey("g")).message_greet("nobody");

    assertThatThrownBy(() -> broker.untilQuiet(Duration.ofMillis(50)))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "not quiet within PT0.05S: a connection has messages to be confirmed or handled");
    broker.embedded().orElseThrow().unblock();
  }

  @Test
  void advancesTheClockSoThatWhatExpiresNeedsNoSleep(Postage postage, TestBroker broker) {
    Queue brief =
        Queue.named("brief")
            .withArgument("x-message-ttl", 3_600_000)
            .withArgument("x-dead-letter-exchange", "")
            .withArgument("x-dead-letter-routing-key", "late");
    postage
        .processor(Exchange.DEFAULT.to("late", "late"), EXCHANGE.to(brief, "g"))
        .handlers(new Greeter())
        .start();
    broker.embedded().orElseThrow().vhost().pause("brief");
    broker.embedded().orElseThrow().vhost().pause("late");
    postage.producer(Greetings.class, EXCHANGE.withKey("g")).message_greet("you");
    broker.untilQuiet();

    broker.advance(Duration.ofMinutes(59));
    Assertions.assertThat(ready(broker, "brief")).isEqualTo(1);
    broker.advance(Duration.ofMinutes(2));

    Assertions.assertThat(ready(broker, "brief")).isZero();
    Assertions.assertThat(ready(broker, "late")).isEqualTo(1);
  }

  @Test
  void assertionsSayWhatWasSentInstead(
      Postage postage,
      SentMessages sent,
      @SendTo(exchange = "greetings", key = "g") Greetings greetings) {
    greetings.message_greet("you");
    Assertions.assertThat(postage.flush(Duration.ofSeconds(60))).isTrue();

    assertThatThrownBy(() -> assertThat(sent).hasCommand("greet").withParameters("me"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("(expected: one with the parameters me)")
        .hasMessageContaining("parameters=you");
    assertThatThrownBy(() -> assertThat(sent).hasStatus("online"))
        .hasMessageContaining("message/command/greet")
        .hasMessageContaining("(expected: a status 'online' among them)");
  }

  private static int ready(TestBroker broker, String queue) {
    return broker.embedded().orElseThrow().vhost().queue(queue).orElseThrow().ready();
  }
}
