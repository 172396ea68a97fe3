package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.RejectMessage;
import org.postage.handler.Retry;
import org.postage.handler.RpcHandler;
import org.postage.message.Message;
import org.postage.pipeline.RetryPolicy;
import org.postage.pipeline.RetryPolicy.Backoff;
import org.postage.producer.ExceptionReplyException;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.Delivery;
import org.postage.transport.Headers;

/** What fails is tried again after a while, and parked when that does not help. */
@RabbitMq
@Timeout(600)
class RetryIT {
  interface Sender {
    void message_work(String text, SendOption... options);

    String rpc_work(String text, SendOption... options);
  }

  private static final Duration SHORT = Duration.ofMillis(100);
  private static final RetryPolicy QUICK = RetryPolicy.attempts(3).constant(SHORT).jitter(0);

  private final Postage postage;
  private final Connection connection;
  private final Channel channel;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("retry"));
  private final String queue = TestPostage.unique("work");
  private final Sender sender;
  private final Heard<String> heard = new Heard<>();

  RetryIT(RabbitMqBroker broker) throws Exception {
    postage = TestPostage.builder(broker).fingerprint("the sender", "tester").connect();
    connection = broker.connect();
    channel = connection.createChannel();
    sender = postage.producer(Sender.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
    connection.abort();
  }

  /** Fails as often as it is told, for each message. */
  final class Worker {
    private final int failures;
    private final AtomicInteger calls = new AtomicInteger();

    Worker(int failures) {
      this.failures = failures;
    }

    @MessageHandler("work")
    void work(String text) throws IOException {
      heard.add(text);
      if (calls.incrementAndGet() <= failures) {
        throw new IOException("no luck with " + text);
      }
    }
  }

  private MessageProcessor start(RetryPolicy policy, Object... handlers) {
    return postage
        .processor(exchange.to(Queue.named(queue).durable(), "key"))
        .retry(policy)
        .handlers(handlers)
        .start();
  }

  private List<ParkedMessage> parked() {
    return postage.parked(queue).list(100);
  }

  private ParkedMessage onlyParked() {
    await().until(() -> parked().size() == 1);
    return parked().get(0);
  }

  @Test
  void whatFailsIsTriedAgainUntilItWorks() {
    start(QUICK, new Worker(2));

    sender.message_work("it");

    assertThat(heard.next(3)).containsExactly("it", "it", "it");
    heard.staysSilentFor(Duration.ofMillis(300));
    assertThat(parked()).isEmpty();
  }

  // The broker drops a message silently that it believes to go in circles.
  @Test
  void messageGoesThroughOneDelayQueueAsOftenAsItHasTo() {
    start(RetryPolicy.attempts(8).constant(SHORT).jitter(0), new Worker(7));

    sender.message_work("it");

    assertThat(heard.next(8)).hasSize(8);
  }

  @Test
  void attemptsComeWhenTheirPausesAreOver() {
    long start = System.nanoTime();
    start(
        RetryPolicy.attempts(3)
            .exponential(Duration.ofMillis(300), Duration.ofSeconds(20))
            .jitter(0),
        new Worker(2));

    sender.message_work("it");
    heard.next(3);

    // Not before; and not much later, though two loaded cores may add seconds of their own. Twice
    // the greatest pause, which would be the wrong one, is more than that.
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(20));
  }

  @Test
  void whatFailsToTheEndIsParkedWithAllThereIsToKnow() {
    start(QUICK, new Worker(3));

    sender.message_work("it");
    heard.next(3);

    ParkedMessage parked = onlyParked();
    assertThat(parked.reason()).isEqualTo("failed");
    assertThat(parked.error()).isEqualTo("java.io.IOException: no luck with it");
    assertThat(parked.exception()).isEqualTo("java.io.IOException");
    assertThat(parked.handlers()).containsExactly("Worker.work");
    assertThat(parked.attempts()).isEqualTo(3);
    assertThat(parked.exchange()).isEqualTo(exchange.name());
    assertThat(parked.routingKey()).isEqualTo("key");
    assertThat(parked.sender()).containsEntry("name", "the sender").containsEntry("type", "tester");
    assertThat(parked.message().map(Message::parameters)).contains("it");
    assertThat(parked.raw().isPersistent()).isTrue();
    heard.staysSilentFor(Duration.ofMillis(200));
  }

  @Test
  void whatCanNotGoBetterIsParkedAtOnce() throws Exception {
    start(
        QUICK,
        new Object() {
          @MessageHandler("work")
          void number(int n) {
            heard.add("number " + n);
            throw new RejectMessage("not this one");
          }
        });

    sender.message_work("no number");
    assertThat(onlyParked().reason()).isEqualTo("unfit");
    postage.parked(queue).dropAll();
    channel.basicPublish("", queue, null, "no message".getBytes(StandardCharsets.UTF_8));
    assertThat(onlyParked().reason()).isEqualTo("unreadable");
    assertThat(onlyParked().message()).isEmpty();
    postage.parked(queue).dropAll();
    postage.genericProducer(exchange.withKey("key")).send(Message.command("work", 1));
    assertThat(onlyParked().reason()).isEqualTo("rejected");
    assertThat(onlyParked().error()).isEqualTo("not this one");
  }

  @Test
  void exceptionsThatThePolicyLeavesOutAreParkedAtOnceAlsoAsCauses() {
    start(
        QUICK.notOn(IOException.class),
        new Object() {
          @MessageHandler("work")
          void work(String text) {
            heard.add(text);
            throw new UncheckedIOException(new IOException("the disk"));
          }
        });

    sender.message_work("it");

    assertThat(onlyParked().attempts()).isEqualTo(1);
    assertThat(heard.size()).isEqualTo(1);
  }

  static class OwnPolicy {
    private final Heard<String> heard;

    OwnPolicy(Heard<String> heard) {
      this.heard = heard;
    }

    @Retry(attempts = 2, delayMillis = 100, backoff = Backoff.CONSTANT, maxDelayMillis = 100)
    @MessageHandler("work")
    void work(String text) {
      heard.add(text);
      throw new IllegalStateException("always");
    }
  }

  @Test
  void handlerWithItsOwnPolicyNeedsNoneOfTheProcessor() {
    postage
        .processor(exchange.to(Queue.named(queue).durable(), "key"))
        .handlers(new OwnPolicy(heard))
        .start();

    sender.message_work("it");

    assertThat(onlyParked().attempts()).isEqualTo(2);
    assertThat(heard.next(2)).hasSize(2);
  }

  @Test
  void onlyTheHandlersThatFailedRunAgain() {
    Heard<String> others = new Heard<>();
    start(
        QUICK,
        new Worker(1),
        new Object() {
          @MessageHandler("work")
          void other(String text) {
            others.add(text);
          }
        });

    sender.message_work("it");

    assertThat(heard.next(2)).hasSize(2);
    assertThat(others.next()).isEqualTo("it");
    others.staysSilentFor(Duration.ofMillis(300));
  }

  @Test
  void otherQueuesOfTheExchangeGetNoCopyOfARetry() {
    Heard<String> others = new Heard<>();
    postage
        .processor(exchange.to(TestPostage.unique("other"), "key"))
        .handlers(
            new Object() {
              @MessageHandler("work")
              void other(String text) {
                others.add(text);
              }
            })
        .start();
    start(QUICK, new Worker(1));

    sender.message_work("it");

    heard.next(2);
    assertThat(others.next()).isEqualTo("it");
    others.staysSilentFor(Duration.ofMillis(300));
  }

  // It leaves the broker by another exchange after each pause.
  @Test
  void messageIsTriedAgainAsItWasSent() {
    Heard<Delivery> deliveries = new Heard<>();
    start(
        RetryPolicy.attempts(3)
            .exponential(Duration.ofMillis(200), Duration.ofSeconds(1))
            .jitter(0),
        new Object() {
          @MessageHandler("work")
          void work(Delivery delivery) throws IOException {
            deliveries.add(delivery);
            throw new IOException("again");
          }
        });

    sender.message_work("it");

    List<Delivery> all = deliveries.next(3);
    assertThat(all).extracting(Delivery::exchange).containsOnly(exchange.name());
    assertThat(all).extracting(Delivery::routingKey).containsOnly("key");
    assertThat(all).extracting(each -> each.message().messageId()).doesNotContainNull();
    assertThat(all).extracting(each -> each.message().messageId()).containsOnly(id(all.get(0)));
    assertThat(all.get(2).message().headers()).containsEntry(Headers.ATTEMPT, 3);
  }

  private static String id(Delivery delivery) {
    return String.valueOf(delivery.message().messageId());
  }

  @Test
  void expirationOfTheSenderDoesNotEndAPause() throws Exception {
    // Long enough for the first delivery on a loaded machine, and shorter than the pause.
    start(RetryPolicy.attempts(2).constant(Duration.ofMillis(5_500)).jitter(0), new Worker(1));
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .expiration("5000")
            .headers(Map.of("mine", "kept", "x-death", List.of(), "CC", List.of("elsewhere")))
            .build();
    channel.basicPublish("", queue, properties, JsonBodies.command("work", "it"));

    assertThat(heard.next(2)).containsExactly("it", "it");
  }

  @Test
  void senderBuysNoMoreAttemptsByAHeaderWithoutSense() throws Exception {
    start(QUICK, new Worker(9));
    for (Object forged : List.of(-5, 0, "one", 5_000_000_000L)) {
      BasicProperties properties =
          new BasicProperties.Builder().headers(Map.of(Headers.ATTEMPT, forged)).build();

      channel.basicPublish("", queue, properties, JsonBodies.command("work", "it"));

      assertThat(heard.next()).isEqualTo("it");
      onlyParked();
      postage.parked(queue).dropAll();
    }
    heard.staysSilentFor(Duration.ofMillis(200));
  }

  @Test
  void whatWaitsForAQueueThatIsGoneIsKept() throws Exception {
    MessageProcessor processor =
        start(RetryPolicy.attempts(2).constant(Duration.ofSeconds(5)).jitter(0), new Worker(1));
    sender.message_work("it");
    heard.next();
    // All that before the pause is over.
    await().until(() -> channel.messageCount(queue) == 0 && postage.isIdle());
    processor.close();
    channel.queueDelete(queue);

    await().until(() -> channel.messageCount("postage.delay.lost") == 1);
    GetResponse kept = channel.basicGet("postage.delay.lost", true);
    assertThat(kept.getProps().getHeaders().get(Headers.QUEUE)).hasToString(queue);
  }

  @Test
  void queueThatWasDeletedAndDeclaredAnewGetsItsRetries() throws Exception {
    Worker worker = new Worker(2);
    MessageProcessor processor = start(QUICK, worker);
    sender.message_work("before");
    heard.next(3);
    channel.queueDelete(queue);
    await()
        .untilAsserted(
            () -> assertThat(channel.queueDeclarePassive(queue).getConsumerCount()).isOne());
    await().until(processor::isConsuming);

    worker.calls.set(0);
    sender.message_work("after");

    assertThat(heard.next(3)).containsExactly("after", "after", "after");
  }

  final class Server {
    private final AtomicInteger calls = new AtomicInteger();

    @RpcHandler("work")
    String work(String text) throws IOException {
      heard.add(text);
      if (calls.incrementAndGet() % 3 != 0) {
        throw new IOException("busy");
      }
      return "done";
    }
  }

  @Test
  void retriedRequestIsAnsweredOnceAtTheEnd() {
    start(QUICK, new Server());

    assertThat(sender.rpc_work("it")).isEqualTo("done");

    assertThat(heard.next(3)).hasSize(3);
  }

  @Test
  void requestWhoseSenderWouldNotWaitForTheNextAttemptIsAnsweredAtOnce() {
    start(RetryPolicy.attempts(3).constant(Duration.ofSeconds(20)), new Server());

    assertThatThrownBy(
            () ->
                sender.rpc_work(
                    "it", SendOption.timeout(Duration.ofSeconds(10)), SendOption.maxRetry(0)))
        .isInstanceOf(ExceptionReplyException.class)
        .hasMessageContaining("busy");
    assertThat(onlyParked().attempts()).isEqualTo(1);
  }

  @Test
  void parkedMessagesAreSentBackEditedAndDropped() {
    Worker worker = new Worker(3);
    start(RetryPolicy.attempts(1), worker);
    ParkedMessages parked = postage.parked(queue);
    List.of("a", "b", "c").forEach(sender::message_work);
    heard.next(3);
    await().until(() -> parked().size() == 3);
    List<ParkedMessage> all = parked.list(10);
    assertThat(parked.list(2)).hasSize(2);

    assertThat(parked.retry(all.get(0).id())).isTrue();
    assertThat(heard.next()).isEqualTo("a");
    assertThat(parked.edit(all.get(1).id(), message -> Message.command("work", "better"))).isTrue();
    assertThat(
            parked.find(all.get(1).id()).flatMap(ParkedMessage::message).map(Message::parameters))
        .contains("better");
    assertThat(parked.drop(all.get(2).id())).isTrue();
    assertThat(parked.retry(all.get(2).id())).isFalse();
    assertThat(parked.retryAll()).isEqualTo(1);

    assertThat(heard.next()).isEqualTo("better");
    assertThat(parked()).isEmpty();
  }

  @Test
  void sendingAllBackEndsAlsoWhenAllFailAgain() {
    start(RetryPolicy.attempts(1), new Worker(1_000));
    List.of("a", "b", "c").forEach(sender::message_work);
    await().until(() -> parked().size() == 3);
    heard.next(3);

    assertThat(postage.parked(queue).retryAll()).isEqualTo(3);

    assertThat(heard.next(3)).containsExactly("a", "b", "c");
    await().until(() -> parked().size() == 3);
    heard.staysSilentFor(Duration.ofMillis(200));
  }

  @Test
  void unreadableMessageIsMendedByItsBytes() throws Exception {
    start(RetryPolicy.attempts(1), new Worker(0));
    channel.basicPublish("", queue, null, "{".getBytes(StandardCharsets.UTF_8));
    ParkedMessage broken = onlyParked();

    assertThatThrownBy(() -> postage.parked(queue).edit(broken.id(), message -> message))
        .isInstanceOf(IllegalStateException.class);
    assertThat(
            postage
                .parked(queue)
                .editBody(broken.id(), bytes -> JsonBodies.command("work", "mended")))
        .isTrue();
    postage.parked(queue).retry(broken.id());

    assertThat(heard.next()).isEqualTo("mended");
  }
}
