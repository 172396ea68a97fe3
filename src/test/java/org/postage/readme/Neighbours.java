package org.postage.readme;

import java.util.concurrent.CompletableFuture;
import org.postage.Postage;
import org.postage.producer.Rpc;
import org.postage.service.Dialect;
import org.postage.service.Runner;
import org.postage.service.events.EventProducer;
import org.postage.service.events.EventStyle;
import org.postage.service.rpc.RpcClient;
import org.postage.service.rpc.RpcProtocol;
import org.postage.service.rpc.RpcRequest;

/** A program among services of nameko and micro_framework. */
final class Neighbours {
  record Order(String customer, int items) {}

  record Receipt(String what, int pieces) {}

  interface Greeter {
    String hello(String who);

    @Rpc("hello")
    CompletableFuture<String> helloLater(String who);
  }

  private Neighbours() {}

  static void talk(Postage postage) {
    EventProducer events = EventProducer.of(postage, "shop", EventStyle.NAMEKO);
    events.send("order_placed", new Order("Ann", 3)).join();

    try (RpcClient nameko = RpcClient.of(postage, RpcProtocol.NAMEKO);
        RpcClient ufw = RpcClient.of(postage, RpcProtocol.MICRO_FRAMEWORK)) {
      Greeter greeter = nameko.proxy(Greeter.class, "greeter");
      String text = greeter.hello("Ann");
      Integer sum = ufw.call(RpcRequest.of("calc", "add", 1).with("b", 9), Integer.class);
      System.out.println(text + " " + sum);
    }
  }

  static void serve(Postage postage) {
    EventProducer events = EventProducer.of(postage, "till", EventStyle.NAMEKO);
    try (Runner runner =
        Runner.builder(postage).dialect(Dialect.NAMEKO).services(new Till(events)).start()) {
      runner.join();
    }
  }
}
