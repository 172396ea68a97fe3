package org.postage.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.postage.producer.SendOption.maxRetry;
import static org.postage.producer.SendOption.timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.producer.ErrorReplyException;
import org.postage.producer.ExceptionReplyException;
import org.postage.producer.ReplyQueue;
import org.postage.producer.RequestTimeoutException;
import org.postage.producer.Rpc;
import org.postage.producer.SendOption;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;

/**
 * Java asks and Python answers: without any property, so that nothing but its address tells whose
 * answer it is.
 */
@RabbitMq
@Timeout(600)
class PythonServerIT {
  /** What the Python peer's server answers. */
  interface Server {
    String rpc_echo(String text);

    @Rpc("echo")
    CompletableFuture<Integer> echoLater(int number);

    int rpc_sum(int a, int b);

    int rpc_fail();

    int rpc_crash();

    double rpc_nan();

    String rpc_slow(String seconds, SendOption... options);

    int rpc_silent(SendOption... options);

    int rpc_reply_twice(int number);

    int rpc_unheard_of(SendOption... options);

    @Rpc("echo")
    ReplyQueue echoToQueue(String text);
  }

  private final Postage postage;
  private final PythonPeer python;
  private final Destination destination;
  private final Server server;

  PythonServerIT(RabbitMqBroker broker) {
    Exchange exchange = Exchange.direct(TestPostage.unique("python-server"));
    destination = exchange.withKey("key");
    python =
        PythonPeer.start(broker, "serve", exchange.name(), TestPostage.unique("queue") + ":key");
    postage = TestPostage.connect(broker);
    server = postage.producer(Server.class, destination);
  }

  @AfterEach
  void close() {
    postage.close();
    python.close();
  }

  @Test
  void successIsTheValue() {
    assertThat(server.rpc_echo("h\u00e9 \u2603 \ud83d\ude00"))
        .isEqualTo("h\u00e9 \u2603 \ud83d\ude00");
    assertThat(server.rpc_sum(5, 6)).isEqualTo(11);
  }

  @Test
  void errorIsAnExceptionWithItsText() {
    ErrorReplyException failure =
        catchThrowableOfType(ErrorReplyException.class, () -> server.rpc_fail());

    assertThat(failure.remoteMessage()).isEqualTo("failed");
    assertThat(failure.request()).isEqualTo("fail");
    assertThat(failure.destination()).isEqualTo(destination);
  }

  @Test
  void exceptionOfPythonIsAnExceptionWithItsNameAndText() {
    ExceptionReplyException failure =
        catchThrowableOfType(ExceptionReplyException.class, () -> server.rpc_crash());

    assertThat(failure.remoteType()).isEqualTo("ValueError");
    assertThat(failure.remoteMessage()).isEqualTo("boom");
    assertThat(failure)
        .hasMessage("request 'crash' to " + destination + ": exception reply: ValueError: boom");
  }

  @Test
  void nanIsRead() {
    assertThat(server.rpc_nan()).isNaN();
  }

  @Test
  void slowAnswerThatComesWithinTheTimeoutCounts() {
    assertThat(server.rpc_slow("0.3", timeout(Duration.ofSeconds(10)))).isEqualTo("0.3");
  }

  @Test
  void silentServerIsAskedAsOftenAsAllowedAndTheTimeoutSaysSo() {
    RequestTimeoutException failure =
        catchThrowableOfType(
            RequestTimeoutException.class,
            () -> server.rpc_silent(timeout(Duration.ofSeconds(2)), maxRetry(2)));

    assertThat(failure)
        .hasMessage(
            "request 'silent' to " + destination + ": no reply within PT2S of the last of 3 sends");
    assertThat(failure.sends()).isEqualTo(3);
    assertThat(failure.timeout()).isEqualTo(Duration.ofSeconds(2));
    server.rpc_echo("the server has printed the others before");
    assertThat(python.allLines()).filteredOn(line -> line.contains("\"silent\"")).hasSize(3);
  }

  @Test
  void requestThatPythonHasNoHandlerForRunsIntoItsTimeout() {
    assertThatThrownBy(() -> server.rpc_unheard_of(timeout(Duration.ofSeconds(1)), maxRetry(0)))
        .isInstanceOf(RequestTimeoutException.class)
        .hasMessage(
            "request 'unheard_of' to " + destination + ": no reply within PT1S of the only send");
  }

  @Test
  void answerThatComesTooLateNeverReachesTheNextCall() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> server.rpc_slow("1.5", timeout(Duration.ofSeconds(1)), maxRetry(0)))
          .isInstanceOf(RequestTimeoutException.class);

      // Python's one thread answers this after the late answer went out.
      assertThat(server.rpc_echo("next " + i)).isEqualTo("next " + i);
    }
  }

  @Test
  void retriedRequestTakesTheFirstOfItsAnswersAndTheOthersReachNobody() {
    assertThat(server.rpc_slow("1.5", timeout(Duration.ofSeconds(1)), maxRetry(4)))
        .isEqualTo("1.5");

    assertThat(server.rpc_echo("next")).isEqualTo("next");
  }

  @Test
  void fiftyCallsAtOnceEachGetTheirOwnReply() {
    List<CompletableFuture<Integer>> replies =
        IntStream.range(0, 50).mapToObj(server::echoLater).toList();

    assertThat(replies.stream().map(reply -> reply.orTimeout(60, TimeUnit.SECONDS).join()))
        .containsExactlyElementsOf(IntStream.range(0, 50).boxed().toList());
  }

  @Test
  void secondAnswerToOneRequestNeverReachesTheNextCall() {
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      answers.add(
          i % 2 == 0 ? server.rpc_reply_twice(i) : Integer.valueOf(server.rpc_echo("" + i)));
    }

    assertThat(answers).containsExactlyElementsOf(IntStream.range(0, 60).boxed().toList());
  }

  @Test
  void replyQueueGetsTheAnswer() {
    try (ReplyQueue queue = server.echoToQueue("to the queue")) {
      assertThat(queue.name()).startsWith("amq.gen-");
      assertThat(queue.next(Duration.ofSeconds(10))).contains(Result.success("to the queue"));
    }
  }

  @Test
  void untypedCallGivesResultsOfAllKinds() {
    var producer = postage.genericProducer(destination);

    assertThat(producer.call(Message.rpc("sum", Map.of("a", 1, "b", 2))))
        .isEqualTo(Result.success(3));
    assertThat(producer.call(Message.rpc("fail"))).isEqualTo(Result.error("failed"));
    assertThat(producer.call(Message.rpc("crash")))
        .isEqualTo(new Result.Thrown("ValueError", "boom"));
  }
}
