package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.Processor;
import org.postage.handler.RpcHandler;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;

/** Handlers that call, on the one thread that their processor has. */
@RabbitMq
@Timeout(600)
class NestedCallsIT {
  interface Client {
    int rpc_outer(int number);

    int rpc_inner(int number);

    int rpc_down(int number);

    void message_start(int number);
  }

  private final Postage postage;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("nested"));

  NestedCallsIT(RabbitMqBroker broker) {
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void handlerWithOneThreadCallsAnotherProcessorAndUsesTheAnswer() {
    Client inner = postage.producer(Client.class, exchange.withKey("inner"));
    class Outer {
      @RpcHandler("outer")
      int outer(int number) {
        return inner.rpc_inner(number) + inner.rpc_inner(number);
      }
    }
    class Inner {
      @RpcHandler("inner")
      int inner(int number) {
        return number + 1;
      }
    }
    start("outer", new Outer());
    start("inner", new Inner());

    assertThat(postage.producer(Client.class, exchange.withKey("outer")).rpc_outer(3)).isEqualTo(8);
  }

  @Test
  void twoProcessorsOfDifferentComponentsCallEachOtherInTurn(RabbitMqBroker broker) {
    Client evens = postage.producer(Client.class, exchange.withKey("even"));
    Client odds = postage.producer(Client.class, exchange.withKey("odd"));
    class Even {
      @RpcHandler("down")
      int down(int number) {
        return number;
      }

      @RpcHandler("outer")
      int outer(int number) {
        return odds.rpc_inner(number);
      }
    }
    class Odd {
      @RpcHandler("inner")
      int inner(int number) {
        return number * 10;
      }

      @RpcHandler("outer")
      int outer(int number) {
        return evens.rpc_down(number);
      }
    }
    start("even", new Even());
    try (Postage other = TestPostage.connect(broker)) {
      other.processor(exchange.to("queue-odd", "odd")).handlers(new Odd()).start();

      for (int i = 0; i < 20; i++) {
        assertThat(evens.rpc_outer(i)).isEqualTo(i * 10);
        assertThat(odds.rpc_outer(i)).isEqualTo(i);
      }
    }
  }

  @Test
  void messageHandlerMayCallAndBindWhileOthersWait() {
    Heard<Integer> heard = new Heard<>();
    Client inner = postage.producer(Client.class, exchange.withKey("inner"));
    class Outer {
      @MessageHandler("start")
      void start(int number, Processor processor) {
        processor.bind(exchange.to("queue-more", "more-" + number));
        heard.add(inner.rpc_inner(number));
      }
    }
    class Inner {
      @RpcHandler("inner")
      int inner(int number) {
        return -number;
      }
    }
    start("outer", new Outer());
    start("inner", new Inner());
    Client outer = postage.producer(Client.class, exchange.withKey("outer"));

    for (int i = 0; i < 10; i++) {
      outer.message_start(i);
    }

    assertThat(heard.next(10)).containsExactly(0, -1, -2, -3, -4, -5, -6, -7, -8, -9);
  }

  @Test
  void callFromWhatIsChainedToAnotherCallIsAnswered() {
    class Server {
      @RpcHandler("inner")
      int inner(int number) {
        return number + 1;
      }
    }
    start("inner", new Server());
    Client client = postage.producer(Client.class, exchange.withKey("inner"));

    CompletableFuture<Integer> all =
        CompletableFuture.supplyAsync(() -> client.rpc_inner(0)).thenApply(client::rpc_inner);

    assertThat(all.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(2);
  }

  private void start(String key, Object handlers) {
    postage
        .processor(exchange.to(TestPostage.unique("queue"), key))
        .handlers(handlers)
        .concurrency(1)
        .start();
  }
}
