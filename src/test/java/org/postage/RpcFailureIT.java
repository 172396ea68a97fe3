package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.postage.producer.SendOption.key;
import static org.postage.producer.SendOption.maxRetry;
import static org.postage.producer.SendOption.timeout;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.Filter;
import org.postage.handler.FilterException;
import org.postage.handler.MessageFilter;
import org.postage.handler.Replier;
import org.postage.handler.RpcHandler;
import org.postage.message.Message;
import org.postage.message.PostageException;
import org.postage.producer.ErrorReplyException;
import org.postage.producer.ReplyQueue;
import org.postage.producer.RequestTimeoutException;
import org.postage.producer.Rpc;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.UnroutableException;

/** Requests that get no value, and how soon and how clearly their sender learns of it. */
@RabbitMq
@Timeout(600)
class RpcFailureIT {
  // Far below the 30 seconds that a request is waited for: what takes less was told, not timed out.
  // Before one try's time is over, on two loaded cores too.
  private static final Duration AT_ONCE = Duration.ofSeconds(20);

  interface Client {
    int rpc_number(SendOption... options);

    @Rpc("number")
    CompletableFuture<Integer> later(SendOption... options);

    @Rpc("number")
    ReplyQueue toQueue(SendOption... options);

    int rpc_add(String text);

    @Rpc("number")
    String asText();
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("rpc-failure"));
  private final Destination destination = exchange.withKey("key");
  private final Client client;

  RpcFailureIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
    client = postage.producer(Client.class, destination);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private void start(Object server) {
    postage.processor(exchange.to(TestPostage.unique("queue"), "key")).handlers(server).start();
  }

  @Test
  void timeoutSaysWhatWasWaitedForAndTheServerSawEachSend() {
    class Server {
      final Heard<Replier> heard = new Heard<>();

      @RpcHandler("number")
      void number(Replier replier) {
        heard.add(replier);
      }
    }
    Server server = new Server();
    start(server);

    RequestTimeoutException failure =
        catchThrowableOfType(
            RequestTimeoutException.class,
            () -> client.rpc_number(timeout(Duration.ofSeconds(2)), maxRetry(2)));

    assertThat(failure)
        .hasMessage(
            "request 'number' to " + destination + ": no reply within PT2S of the last of 3 sends");
    assertThat(failure.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(failure.sends()).isEqualTo(3);
    assertThat(server.heard.next(3)).hasSize(3);
    assertThat(server.heard.size()).isZero();
  }

  @Test
  void lateAnswerOfAJavaServerNeverReachesTheNextCall() {
    class Server {
      final Heard<Replier> heard = new Heard<>();
      private int calls;

      @RpcHandler("number")
      void number(Replier replier) {
        calls++;
        if (calls % 2 == 0) {
          heard.next().reply(-1);
          replier.reply(calls);
        } else {
          heard.add(replier);
        }
      }
    }
    start(new Server());

    for (int i = 2; i <= 10; i += 2) {
      assertThatThrownBy(() -> client.rpc_number(timeout(Duration.ofSeconds(1)), maxRetry(0)))
          .isInstanceOf(RequestTimeoutException.class);
      assertThat(client.rpc_number(maxRetry(0))).isEqualTo(i);
    }
  }

  @Test
  void requestThatNobodyListensToFailsAtOnce() {
    long start = System.nanoTime();

    UnroutableException failure =
        catchThrowableOfType(
            UnroutableException.class, () -> client.rpc_number(key("no such key")));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    assertThat(failure.destination()).isEqualTo(exchange.withKey("no such key"));
    assertThat(failure).hasMessageStartingWith("nobody listens: no queue is bound there");
    assertThatThrownBy(() -> client.later().join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(UnroutableException.class);
    try (ReplyQueue queue = client.toQueue()) {
      assertThatThrownBy(() -> queue.next(AT_ONCE)).isInstanceOf(UnroutableException.class);
      assertThatThrownBy(() -> queue.next(AT_ONCE)).isInstanceOf(UnroutableException.class);
    }
  }

  @Test
  void requestWithoutHandlerFailsAtOnce() {
    class Server {
      @RpcHandler("other")
      int other() {
        return 1;
      }
    }
    start(new Server());

    assertThat(errorOf(client::rpc_number)).isEqualTo("no handler for request 'number'");
  }

  @Test
  void requestThatAFilterRefusesFailsAtOnce() {
    class Server {
      @RpcHandler("number")
      @MessageFilter(value = Refusing.class, parameters = "today")
      int number() {
        return 1;
      }
    }
    start(new Server());

    assertThat(errorOf(client::rpc_number)).isEqualTo("refused by a filter: not today");
  }

  /** Refuses every message and says why. */
  static final class Refusing implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      throw new FilterException("not " + parameters.get(0));
    }
  }

  @Test
  void parameterOfAnotherTypeFailsAtOnceAndSaysWhere() {
    class Server {
      final Heard<Integer> heard = new Heard<>();

      @RpcHandler("add")
      int add(int number) {
        heard.add(number);
        return number;
      }
    }
    Server server = new Server();
    start(server);

    assertThat(errorOf(() -> client.rpc_add("one")))
        .isEqualTo("$.content.parameters: 'one' (expected: int)");
    assertThat(server.heard.size()).isZero();
  }

  @Test
  void answerOfAnotherTypeIsAnErrorThatSaysWhere() {
    class Server {
      @RpcHandler("number")
      int number() {
        return 1;
      }
    }
    start(new Server());

    assertThatThrownBy(client::asText).hasMessage("$.content.value: 1 (expected: a string)");
  }

  @Test
  void undecodableRequestGetsAnErrorReplyWithItsCorrelationIdAndTheConsumerLives()
      throws Exception {
    class Server {
      @RpcHandler("number")
      int number() {
        return 1;
      }
    }
    start(new Server());
    CompletableFuture<AMQP.BasicProperties> properties = new CompletableFuture<>();
    CompletableFuture<String> body = new CompletableFuture<>();
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      String replyTo = channel.queueDeclare().getQueue();
      channel.basicConsume(
          replyTo,
          true,
          (tag, delivery) -> {
            properties.complete(delivery.getProperties());
            body.complete(new String(delivery.getBody(), StandardCharsets.UTF_8));
          },
          tag -> {});
      channel.basicPublish(
          exchange.name(),
          "key",
          new AMQP.BasicProperties.Builder().replyTo(replyTo).correlationId("c-1").build(),
          "no JSON".getBytes(StandardCharsets.UTF_8));

      assertThat(body.get(60, TimeUnit.SECONDS)).contains("\"error\"", "body of 7 bytes: not JSON");
      assertThat(properties.join().getCorrelationId()).isEqualTo("c-1");
    }
    assertThat(client.rpc_number()).isEqualTo(1);
  }

  @Test
  void requestWithAReplyAddressThatNoBrokerGaveIsNotAnswered() throws Exception {
    class Server {
      final Heard<Integer> heard = new Heard<>();

      @RpcHandler("number")
      int number() {
        heard.add(1);
        return 1;
      }
    }
    Server server = new Server();
    start(server);
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("somebody-elses-queue", false, true, true, null);
      channel.basicPublish(
          exchange.name(),
          "key",
          new AMQP.BasicProperties.Builder().replyTo("somebody-elses-queue").build(),
          """
          {"type": "command", "name": "number", "category": "rpc", "version": "2", "fingerprint": {},
           "content": {"parameters": {}}, "_reserved": {}}"""
              .getBytes(StandardCharsets.UTF_8));

      // Handled after it, so by then it would have been answered.
      assertThat(client.rpc_number()).isEqualTo(1);
      assertThat(channel.basicGet("somebody-elses-queue", true)).isNull();
    }
    assertThat(server.heard.next()).isEqualTo(1);
    assertThat(server.heard.size()).isZero();
  }

  @Test
  void replyAddressesOfAnotherPatternAreAnsweredWhereTheComponentSaysSo() throws Exception {
    class Server {
      @RpcHandler("number")
      int number() {
        return 1;
      }
    }
    try (Postage lenient =
            TestPostage.builder(broker).replyAddresses(Pattern.compile("answers-.+")).connect();
        Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      lenient
          .processor(exchange.to(TestPostage.unique("queue"), "key"))
          .handlers(new Server())
          .start();
      channel.queueDeclare("answers-here", false, true, true, null);
      CompletableFuture<String> body = new CompletableFuture<>();
      channel.basicConsume(
          "answers-here",
          true,
          (tag, delivery) -> body.complete(new String(delivery.getBody(), StandardCharsets.UTF_8)),
          tag -> {});
      channel.basicPublish(
          exchange.name(),
          "key",
          new AMQP.BasicProperties.Builder().replyTo("answers-here").build(),
          """
          {"type": "command", "name": "number", "category": "rpc", "version": "2", "fingerprint": {},
           "content": {"parameters": {}}, "_reserved": {}}"""
              .getBytes(StandardCharsets.UTF_8));

      assertThat(body.get(60, TimeUnit.SECONDS)).contains("success");
    }
  }

  @Test
  void callThatIsWaitedForFailsAtOnceWhenThePostageIsClosed() {
    class Server {
      final Heard<Replier> heard = new Heard<>();

      @RpcHandler("number")
      void number(Replier replier) {
        heard.add(replier);
      }
    }
    Server server = new Server();
    try (Postage other = TestPostage.connect(broker)) {
      other.processor(exchange.to(TestPostage.unique("queue"), "key")).handlers(server).start();
      CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(client::rpc_number);
      assertThat(server.heard.next().isAnswered()).isFalse();

      postage.close();

      assertThatThrownBy(() -> answer.get(AT_ONCE.toSeconds(), TimeUnit.SECONDS))
          .hasCauseInstanceOf(PostageException.class);
    }
  }

  private static String errorOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    long start = System.nanoTime();
    ErrorReplyException failure = catchThrowableOfType(ErrorReplyException.class, call);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    return failure.remoteMessage();
  }
}
