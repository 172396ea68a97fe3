package org.postage.testing;

import static org.postage.testing.PostageAssertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.topology.Exchange;

/** What users' tests are given, on RabbitMQ and on the embedded broker. */
@RabbitMq
@PostageTest
class PostageTestIT {
  private static final Exchange COUNTING = Exchange.direct("counting");

  interface Counting {
    void message_count(int number);

    int rpc_twice(int number);
  }

  static final class Counter {
    final List<Integer> counted = new CopyOnWriteArrayList<>();

    @MessageHandler("count")
    void count(int number) {
      counted.add(number);
    }

    @RpcHandler("twice")
    int twice(int number) {
      return 2 * number;
    }
  }

  @Test
  void untilQuietMeansThatEverythingWasHandled(
      Postage postage,
      TestBroker broker,
      @SendTo(exchange = "counting", key = "quiet") Counting counting) {
    Counter counter = new Counter();
    postage.processor(COUNTING.to("counter", "quiet")).handlers(counter).concurrency(2).start();

    for (int i = 0; i < 300; i++) {
      counting.message_count(i);
    }
    broker.untilQuiet();

    Assertions.assertThat(counter.counted).hasSize(300);
  }

  @Test
  void requestsAreAnsweredAndRecorded(
      Postage postage,
      SentMessages sent,
      @SendTo(exchange = "counting", key = "twice") Counting counting) {
    postage.processor(COUNTING.to("doubler", "twice")).handlers(new Counter()).start();

    Assertions.assertThat(counting.rpc_twice(21)).isEqualTo(42);

    assertThat(sent).hasRequest("twice").withParameters(21).toExchange("counting").times(1);
  }
}
