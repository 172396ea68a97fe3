package org.postage.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postage.producer.SendOption.key;
import static org.postage.producer.SendOption.maxRetry;
import static org.postage.producer.SendOption.timeout;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RejectMessage;
import org.postage.handler.Replier;
import org.postage.handler.RpcHandler;
import org.postage.message.Message;
import org.postage.pipeline.RetryPolicy;
import org.postage.producer.RequestTimeoutException;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** What is counted of messages and requests that go from a producer to a handler. */
@RabbitMq
@Timeout(600)
class MetricsIT {
  interface Client {
    CompletableFuture<Void> message_work(String text, SendOption... options);

    String rpc_echo(String text, SendOption... options);

    String rpc_silent(String text, SendOption... options);
  }

  static final class Server {
    final CountDownLatch release = new CountDownLatch(1);

    @MessageHandler("work")
    void work(String text) throws InterruptedException {
      switch (text) {
        case "fail" -> throw new IllegalStateException("broken");
        case "reject" -> throw new RejectMessage("refused");
        case "wait" -> release.await();
        default -> {}
      }
    }

    @RpcHandler("echo")
    String echo(String text) {
      return text;
    }

    @RpcHandler("silent")
    void silent(String text, Replier replier) {}
  }

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("metrics"));
  private final Queue queue = Queue.named(TestPostage.unique("metrics")).durable();
  private final Client client;
  private final Server server = new Server();

  MetricsIT(RabbitMqBroker broker) {
    postage = PostageMetrics.register(TestPostage.builder(broker), registry).connect();
    client = postage.producer(Client.class, exchange.withKey("key"));
    postage
        .processor(exchange.to(queue, "key"))
        .name("workers")
        .retry(RetryPolicy.attempts(2).constant(Duration.ofMillis(100)))
        .handlers(server)
        .start();
  }

  @AfterEach
  void close() {
    server.release.countDown();
    postage.close();
  }

  // Whoever waits for a future may see it done before it is counted.
  private void awaitPublished(String producer, String outcome) {
    await()
        .until(
            () -> {
              Counter counter =
                  registry
                      .find("postage.published")
                      .tags("producer", producer, "outcome", outcome)
                      .counter();
              return counter != null && counter.count() == 1;
            });
  }

  private void awaitCall(String producer, String outcome) {
    await()
        .until(
            () -> {
              Timer timer =
                  registry
                      .find("postage.calls")
                      .tags("producer", producer, "outcome", outcome)
                      .timer();
              return timer != null && timer.count() == 1;
            });
  }

  private long handled(String handler, String outcome) {
    Timer timer =
        registry
            .find("postage.handled")
            .tags("processor", "workers", "handler", handler, "outcome", outcome)
            .timer();
    return timer == null ? 0 : timer.count();
  }

  private double count(String name) {
    return registry.get(name).functionCounter().count();
  }

  @Test
  void messagesAreCountedByMethodAndByWhatBecameOfThem() {
    client.message_work("well").join();
    assertThat(client.message_work("nowhere", key("nobody"))).failsWithin(Duration.ofSeconds(60));
    postage.genericProducer(exchange.withKey("key")).sendAsync(Message.command("any")).join();

    awaitPublished("Client.message_work", "confirmed");
    awaitPublished("Client.message_work", "returned");
    awaitPublished("other", "confirmed");
  }

  @Test
  void requestsAreTimedUntilTheirEnd() {
    assertThat(client.rpc_echo("hello")).isEqualTo("hello");
    assertThatThrownBy(() -> client.rpc_silent("x", timeout(Duration.ofSeconds(2)), maxRetry(0)))
        .isInstanceOf(RequestTimeoutException.class);

    awaitCall("Client.rpc_echo", "answered");
    awaitCall("Client.rpc_silent", "timeout");
  }

  @Test
  void handlersAreTimedByHowTheyEndAndWhatIsTriedAgainAndParkedIsCounted() {
    client.message_work("well");
    client.message_work("reject");
    client.message_work("fail");

    await().until(() -> count("postage.parked") == 2);
    await().until(() -> handled("Server.work", "failed") == 2);
    await().until(() -> handled("Server.work", "ok") == 1);
    await().until(() -> handled("Server.work", "rejected") == 1);
    assertThat(count("postage.retried")).isEqualTo(1);
    await().until(() -> count("postage.consumed") == 4);
  }

  @Test
  void handlersThatRunAreShown() {
    client.message_work("wait").join();

    await()
        .ignoreExceptions()
        .until(
            () ->
                registry.get("postage.handlers.active").tag("processor", "workers").gauge().value()
                    == 1);
    server.release.countDown();
    await().until(() -> registry.get("postage.handlers.active").gauge().value() == 0);
  }

  @Test
  void noLabelComesFromAMessage() {
    for (int i = 0; i < 100; i++) {
      postage
          .genericProducer(exchange.withKey("key"))
          .sendAsync(Message.command("made-up-" + i))
          .join();
    }
    await().until(() -> count("postage.unhandled") == 100);

    assertThat(registry.getMeters())
        .hasSizeLessThan(20)
        .extracting(Meter::getId)
        .flatExtracting(Meter.Id::getTags)
        .extracting(Tag::getValue)
        .noneMatch(value -> value.contains("made-up"));
  }
}
