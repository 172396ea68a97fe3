package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.RpcHandler;
import org.postage.producer.Rpc;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** Many calls at once, and the queues that their answers come to. */
@RabbitMq
@Timeout(600)
class ConcurrentCallsIT {
  interface Client {
    int rpc_echo(int number);

    @Rpc("echo")
    CompletableFuture<Integer> echoLater(int number);
  }

  private static final class Server {
    @RpcHandler("echo")
    int echo(int number) {
      return number;
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("concurrent"));
  private final String queue = TestPostage.unique("queue");
  private final Client client;

  ConcurrentCallsIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
    client = postage.producer(Client.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void callsFromManyThreadsEachGetTheirOwnAnswer() throws Exception {
    start(4);
    ExecutorService threads = Executors.newFixedThreadPool(32);
    try {
      List<Callable<Integer>> calls = new ArrayList<>();
      IntStream.range(0, 200).forEach(i -> calls.add(() -> client.rpc_echo(i)));

      List<Integer> answers = new ArrayList<>();
      for (Future<Integer> answer : threads.invokeAll(calls, 40, TimeUnit.SECONDS)) {
        answers.add(answer.get());
      }

      assertThat(answers).containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void moreCallsAtOnceThanThereMayBeReplyQueuesAllGetTheirAnswer() {
    start(2);

    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 600).mapToObj(client::echoLater).toList();

    assertThat(answers.stream().map(answer -> answer.orTimeout(40, TimeUnit.SECONDS).join()))
        .containsExactlyElementsOf(IntStream.range(0, 600).boxed().toList());
    assertThat(replyQueues()).hasSizeLessThanOrEqualTo(256);
  }

  @Test
  void replyQueuesAreUsedAgainForServersThatRepeatTheCorrelationId() {
    start(1);
    client.rpc_echo(0);
    client.rpc_echo(1);
    List<String> before = replyQueues();

    IntStream.range(0, 100).forEach(client::rpc_echo);

    assertThat(before).hasSize(1);
    assertThat(replyQueues()).isEqualTo(before);
  }

  @Test
  void replyQueuesAreNotUsedAgainForPythonServersButDeleted() {
    try (PythonPeer python = PythonPeer.start(broker, "serve", exchange.name(), queue + ":key")) {
      IntStream.range(0, 30).forEach(client::rpc_echo);

      assertThat(
              python.allLines().stream()
                  .filter(line -> line.contains("reply_to"))
                  .map(line -> line.replaceAll(".*\"reply_to\": \"([^\"]*)\".*", "$1")))
          .hasSize(30)
          .doesNotHaveDuplicates();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(replyQueues()).isEmpty());
    }
  }

  private void start(int concurrency) {
    postage
        .processor(exchange.to(queue, "key"))
        .handlers(new Server())
        .concurrency(concurrency)
        .start();
  }

  private List<String> replyQueues() {
    return broker.queues().stream().filter(name -> name.startsWith("amq.")).toList();
  }
}
