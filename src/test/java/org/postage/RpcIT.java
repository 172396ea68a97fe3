package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.postage.producer.SendOption.maxReplies;
import static org.postage.producer.SendOption.timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.Replier;
import org.postage.handler.RpcHandler;
import org.postage.message.Message;
import org.postage.message.Param;
import org.postage.message.Result;
import org.postage.producer.ErrorReplyException;
import org.postage.producer.ExceptionReplyException;
import org.postage.producer.Replies;
import org.postage.producer.ReplyQueue;
import org.postage.producer.Rpc;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;

/** Requests and what comes back. */
@RabbitMq
@Timeout(600)
class RpcIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("rpc"));
  private final Destination destination = exchange.withKey("key");

  RpcIT(RabbitMqBroker broker) {
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private void start(Object server) {
    postage.processor(exchange.to(TestPostage.unique("queue"), "key")).handlers(server).start();
  }

  @Test
  void answerHasTheTypeThatTheMethodReturns() {
    record Item(String name, @Nullable Integer count) {}
    interface Client {
      int rpc_length(String text);

      Item rpc_item(Item item);

      List<Item> rpc_items(int count);

      Map<String, List<Integer>> rpc_map();

      void rpc_nothing();

      @Nullable String rpc_null();

      boolean rpc_is(@Param("a") int a, @Param("b") int b);
    }
    class Server {
      @RpcHandler("length")
      int length(String text) {
        return text.length();
      }

      @RpcHandler("item")
      Item item(Item item) {
        return new Item(item.name + "!", null);
      }

      @RpcHandler("items")
      List<Item> items(int count) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          items.add(new Item("item", i));
        }
        return items;
      }

      @RpcHandler("map")
      Map<String, List<Integer>> map() {
        return Map.of("a", List.of(1, 2));
      }

      @RpcHandler("nothing")
      void nothing() {}

      @RpcHandler("null")
      @Nullable String none() {
        return null;
      }

      @RpcHandler("is")
      boolean is(int a, int b) {
        return a == b;
      }
    }
    start(new Server());
    Client client = postage.producer(Client.class, destination);

    assertThat(client.rpc_length("four")).isEqualTo(4);
    assertThat(client.rpc_item(new Item("x", 1))).isEqualTo(new Item("x!", null));
    assertThat(client.rpc_items(2)).containsExactly(new Item("item", 0), new Item("item", 1));
    assertThat(client.rpc_map()).isEqualTo(Map.of("a", List.of(1, 2)));
    assertThat(client.rpc_null()).isNull();
    assertThat(client.rpc_is(1, 1)).isTrue();
    client.rpc_nothing();
  }

  @Test
  void resultIsGivenWholeWhateverItIs() {
    interface Client {
      Result rpc_answer(String kind);

      @Rpc("answer")
      CompletableFuture<Result> later(String kind);
    }
    class Server {
      @RpcHandler("answer")
      Result answer(String kind) {
        return switch (kind) {
          case "success" -> Result.success(1, "a remark");
          case "error" -> Result.error("bad");
          default -> throw new IllegalStateException("worse");
        };
      }
    }
    start(new Server());
    Client client = postage.producer(Client.class, destination);

    assertThat(client.rpc_answer("success")).isEqualTo(Result.success(1, "a remark"));
    assertThat(client.rpc_answer("error")).isEqualTo(Result.error("bad"));
    assertThat(client.rpc_answer("exception"))
        .isEqualTo(new Result.Thrown("IllegalStateException", "worse"));
    assertThat(client.later("error").join()).isEqualTo(Result.error("bad"));
  }

  @Test
  void errorAndExceptionRepliesAreThrownWithTheirFields() {
    interface Client {
      int rpc_error();

      int rpc_crash();

      @Rpc("crash")
      CompletableFuture<Integer> crashLater();
    }
    class Server {
      @RpcHandler("error")
      Result error() {
        return Result.error("no\nluck");
      }

      @RpcHandler("crash")
      int crash() throws Exception {
        throw new java.io.IOException("disk on fire");
      }
    }
    start(new Server());
    Client client = postage.producer(Client.class, destination);

    ErrorReplyException error = catchThrowableOfType(ErrorReplyException.class, client::rpc_error);
    assertThat(error)
        .hasMessage("request 'error' to " + destination + ": error reply: no\\u000aluck");
    assertThat(error.remoteMessage()).isEqualTo("no\nluck");
    assertThat(error.request()).isEqualTo("error");
    assertThat(error.destination()).isEqualTo(destination);

    ExceptionReplyException crash =
        catchThrowableOfType(ExceptionReplyException.class, client::rpc_crash);
    assertThat(crash.remoteType()).isEqualTo("IOException");
    assertThat(crash.remoteMessage()).isEqualTo("disk on fire");
    assertThatThrownBy(() -> client.crashLater().join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(ExceptionReplyException.class);
  }

  @Test
  void futureIsCompletedOnAThreadThatMayCallAgain() {
    interface Client {
      CompletableFuture<Integer> rpc_next(int number);

      @Rpc("next")
      int nextNow(int number);
    }
    class Server {
      @RpcHandler("next")
      int next(int number) {
        return number + 1;
      }
    }
    start(new Server());
    Client client = postage.producer(Client.class, destination);

    CompletableFuture<Integer> chained =
        client.rpc_next(1).thenApply(client::nextNow).thenCompose(client::rpc_next);

    assertThat(chained.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(4);
  }

  @Test
  void repliesGatherTheAnswersOfAllReceivers() {
    interface Client {
      Replies<Integer> rpc_number(SendOption... options);
    }
    class Server {
      final int number;

      Server(int number) {
        this.number = number;
      }

      @RpcHandler("number")
      int number() {
        return number;
      }
    }
    for (int i = 1; i <= 3; i++) {
      start(new Server(i));
    }
    Client client = postage.producer(Client.class, destination);

    List<Integer> untilCount = client.rpc_number(maxReplies(3), timeout(LIMIT)).toList();
    List<Integer> untilTimeout = client.rpc_number(timeout(Duration.ofSeconds(3))).toList();
    List<Integer> first = client.rpc_number(maxReplies(1), timeout(LIMIT)).toList();

    assertThat(untilCount).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(untilTimeout).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(first).hasSize(1);
  }

  @Test
  void answersThatAreNoValuesAreLeftOutAndKept() {
    interface Client {
      Replies<Integer> rpc_number(SendOption... options);
    }
    class Server {
      @RpcHandler("number")
      int number() {
        return 1;
      }
    }
    class Refusing {
      @RpcHandler("number")
      Result number() {
        return Result.error("not me");
      }
    }
    start(new Server());
    start(new Refusing());
    Client client = postage.producer(Client.class, destination);

    Replies<Integer> replies = client.rpc_number(maxReplies(2), timeout(LIMIT));

    assertThat(replies.toList()).containsExactly(1);
    assertThat(replies.failures()).containsExactly(Result.error("not me"));
  }

  @Test
  void replyQueueTakesAnyNumberOfAnswers() {
    interface Client {
      ReplyQueue rpc_number();
    }
    class Server {
      @RpcHandler("number")
      int number() {
        return 1;
      }
    }
    start(new Server());
    start(new Server());
    Client client = postage.producer(Client.class, destination);

    try (ReplyQueue queue = client.rpc_number()) {
      assertThat(queue.results(2, LIMIT)).containsExactly(Result.success(1), Result.success(1));
      assertThat(queue.next(Duration.ofMillis(50))).isEmpty();
    }
  }

  @Test
  void replierAnswersAfterTheHandlerHasReturnedAndOnlyOnce() {
    interface Client {
      String rpc_later();

      void message_go();
    }
    class Server {
      final CompletableFuture<Replier> kept = new CompletableFuture<>();

      @RpcHandler("later")
      void later(Replier replier) {
        kept.complete(replier);
      }

      @MessageHandler("go")
      void go() {
        Replier replier = kept.join();
        replier.reply("answered by another handler");
        replier.reply("a second answer");
      }
    }
    Server server = new Server();
    start(server);
    Client client = postage.producer(Client.class, destination);

    CompletableFuture<String> answer = CompletableFuture.supplyAsync(client::rpc_later);
    assertThat(server.kept.orTimeout(60, TimeUnit.SECONDS).join().isAnswered()).isFalse();
    // One thread handles both: that the second can run shows that the first has returned.
    client.message_go();

    assertThat(answer.orTimeout(60, TimeUnit.SECONDS).join())
        .isEqualTo("answered by another handler");
  }

  @Test
  void handlerMayGoOnWorkingAfterItsAnswer() {
    interface Client {
      String rpc_quick();
    }
    class Server {
      final CountDownLatch answered = new CountDownLatch(1);
      final Heard<Boolean> heard = new Heard<>();

      @RpcHandler("quick")
      void quick(Replier replier) throws InterruptedException {
        replier.reply("here you are");
        heard.add(answered.await(60, TimeUnit.SECONDS));
      }
    }
    Server server = new Server();
    start(server);

    assertThat(postage.producer(Client.class, destination).rpc_quick()).isEqualTo("here you are");
    server.answered.countDown();

    assertThat(server.heard.next()).isTrue();
  }

  @Test
  void handlerMayReturnAFuture() {
    interface Client {
      int rpc_later();
    }
    class Server {
      @RpcHandler("later")
      CompletableFuture<Integer> later() {
        return CompletableFuture.supplyAsync(() -> 7);
      }
    }
    start(new Server());

    assertThat(postage.producer(Client.class, destination).rpc_later()).isEqualTo(7);
  }

  @Test
  void untypedCallsWaitCompleteLaterOrLeaveAQueue() {
    class Server {
      @RpcHandler("echo")
      @Nullable Object echo(@Nullable Object value) {
        return value;
      }
    }
    start(new Server());
    GenericProducer producer = postage.genericProducer(destination);

    assertThat(producer.call(Message.rpc("echo", null))).isEqualTo(Result.success(null));
    assertThat(producer.callAsync(Message.rpc("echo", List.of(1, "b"))).join())
        .isEqualTo(Result.success(List.of(1, "b")));
    try (ReplyQueue queue = producer.callForQueue(Message.rpc("echo", "c"))) {
      assertThat(queue.next(LIMIT)).contains(Result.success("c"));
    }
  }
}
