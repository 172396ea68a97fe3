package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.message.Message;
import org.postage.pipeline.RetryPolicy;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** Many messages at once, and yet those with one key one after the other. */
@RabbitMq
@Timeout(600)
class OrderedIT {
  record Step(String order, int number) {}

  interface Sender {
    void message_step(Step step);
  }

  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("ordered"));
  private final Sender sender;
  private final Heard<Step> heard = new Heard<>();

  OrderedIT(RabbitMqBroker broker) {
    postage = TestPostage.connect(broker);
    sender = postage.producer(Sender.class, exchange.withKey("key"));
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private MessageProcessor.Builder processor() {
    return postage
        .processor(exchange.to(TestPostage.unique("steps"), "key"))
        .concurrency(8)
        .prefetch(200)
        .ordered(OrderedIT::order);
  }

  private static Object order(Message message) {
    return message.parameters() instanceof Map<?, ?> step ? String.valueOf(step.get("order")) : "";
  }

  @Test
  void messagesOfOneKeyAreHandledInTheirOrderAndOthersBesideThem() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch several = new CountDownLatch(3);
    processor()
        .handlers(
            new Object() {
              @MessageHandler("step")
              void step(Step step) throws InterruptedException {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                if (step.number == 0) {
                  several.countDown();
                  assertThat(several.await(60, TimeUnit.SECONDS)).isTrue();
                }
                heard.add(step);
                running.decrementAndGet();
              }
            })
        .start();
    Random random = new Random(3);
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (int i = 0; i < 600; i++) {
      String order = "order " + random.nextInt(12);
      sender.message_step(new Step(order, numbers.merge(order, 1, Integer::sum) - 1));
    }

    Map<String, List<Integer>> seen = new LinkedHashMap<>();
    heard
        .next(600)
        .forEach(s -> seen.computeIfAbsent(s.order, o -> new ArrayList<>()).add(s.number));

    assertThat(seen).hasSize(numbers.size());
    seen.values().forEach(each -> assertThat(each).isSorted().doesNotHaveDuplicates());
    assertThat(most.get()).isBetween(3, 8);
  }

  @Test
  void messageThatIsTriedInPlaceKeepsItsPlace() {
    AtomicInteger failures = new AtomicInteger(3);
    processor()
        .retry(RetryPolicy.attempts(5).constant(java.time.Duration.ofMillis(20)).inPlace())
        .handlers(
            new Object() {
              @MessageHandler("step")
              void step(Step step) throws IOException {
                if (step.number == 1 && failures.getAndDecrement() > 0) {
                  throw new IOException("not yet");
                }
                heard.add(step);
              }
            })
        .start();

    for (int i = 0; i < 5; i++) {
      sender.message_step(new Step("one", i));
    }

    assertThat(heard.next(5)).extracting(Step::number).containsExactly(0, 1, 2, 3, 4);
  }
}
