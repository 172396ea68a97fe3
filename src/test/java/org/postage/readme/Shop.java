package org.postage.readme;

import static org.postage.producer.SendOption.key;
import static org.postage.producer.SendOption.maxReplies;
import static org.postage.producer.SendOption.maxRetry;
import static org.postage.producer.SendOption.timeout;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.postage.GenericApplication;
import org.postage.GenericProducer;
import org.postage.Postage;
import org.postage.handler.Filter;
import org.postage.handler.FilterException;
import org.postage.handler.Handler;
import org.postage.handler.MessageFilter;
import org.postage.handler.MessageHandler;
import org.postage.handler.RejectMessage;
import org.postage.handler.Replier;
import org.postage.handler.RpcHandler;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.Param;
import org.postage.message.Result;
import org.postage.producer.Command;
import org.postage.producer.Replies;
import org.postage.producer.Rpc;
import org.postage.producer.SendOption;
import org.postage.producer.Status;
import org.postage.topology.Address;
import org.postage.topology.Exchange;

/** What the README shows of producers, handlers, filters and applications. */
final class Shop {
  static final Exchange SHOP = Exchange.direct("shop");

  record Order(String item, int count, LocalDate due) {}

  interface Orders {
    void message_order(Order order, SendOption... options); // a command called "order"

    @Command("cancel_order")
    CompletableFuture<Void> cancel(@Param("id") long id); // done when the broker has it

    @Status("shop_open")
    void open();

    Order rpc_find(long id); // the value, or an exception

    @Rpc("find")
    CompletableFuture<Result> ask(long id, SendOption... options); // the result, whatever it is

    List<Order> rpcAllOpen(); // camel case works too: "all_open"

    @Rpc("stock")
    Replies<Integer> stockEverywhere(String item, SendOption... options); // many answers

    void message_reminder(String item);

    default Message build_message_reminder(String item) { // how it is made, if not by default
      return Message.command("order", Map.of("item", item, "count", 1, "due", "2027-01-01"));
    }
  }

  static void produce(Postage postage) {
    Orders orders = postage.producer(Orders.class, SHOP.withKey("orders"));

    orders.message_order(new Order("tea", 2, LocalDate.of(2027, 1, 1)));
    orders.message_order(new Order("tea", 2, LocalDate.of(2027, 1, 1)), key("urgent-orders"));
    orders.ask(7, timeout(Duration.ofSeconds(2)), maxRetry(0)).thenAccept(System.out::println);
    for (int stock : orders.stockEverywhere("tea", maxReplies(3), timeout(Duration.ofSeconds(1)))) {
      System.out.println(stock);
    }
  }

  static void produceUntyped(Postage postage) {
    GenericProducer producer = postage.genericProducer(SHOP.withKey("orders"));
    producer.message(List.of(1, "str"), Map.of("values", List.of(1, 2, 3)));
    producer.send(Message.command("order", Map.of("item", "tea")));
    Result result = producer.call(Message.rpc("find", 7));
    System.out.println(result);
  }

  static final class OrderHandlers {
    @MessageHandler("order")
    void order(Order order, Fingerprint sender) {
      System.out.println(order + " from " + sender.name());
    }

    @MessageHandler("cancel_order")
    void cancel(@Param("id") long id) {
      if (id < 100) {
        throw new RejectMessage("too late"); // to the dead-letter exchange, if there is one
      }
    }

    @MessageHandler(type = Message.STATUS, value = MessageHandler.ANY)
    void status(Message whole) {
      System.out.println(whole.name());
    }

    @RpcHandler("find")
    Order find(long id) { // what it returns is the answer; what it throws too
      return new Order("tea", 2, LocalDate.of(2027, 1, 1));
    }

    @RpcHandler("all_open")
    void allOpen(Replier replier) {
      replier.reply(List.of());
      System.out.println("still working, while the caller has its answer");
    }

    @MessageHandler("audit") // a handler that is a class: a new object for each message
    static final class Audit extends Handler {
      @Override
      public void call() {
        System.out.println(processor().name() + " got " + message());
      }
    }
  }

  static void consume(Postage postage) {
    postage
        .processor(SHOP.to("orders", "orders"), SHOP.to("urgent", "urgent-orders"))
        .handlers(new OrderHandlers())
        .concurrency(4) // one at a time unless told otherwise
        .start()
        .join();
  }

  /** Turns orders of last year's format into this year's. */
  static final class Upgrade implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      if (message.parameters() instanceof String item) { // once an order was just a name
        Map<String, Object> order = Map.of("item", item, "count", 1, "due", "2027-01-01");
        return message.withContent(Map.of(Message.PARAMETERS, order));
      }
      return message;
    }
  }

  static final class OnlyFrom implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      if (!parameters.contains(message.sender().name())) {
        throw new FilterException("not from " + parameters); // this handler is left out
      }
      return message;
    }
  }

  static final class FilteredHandlers {
    @MessageFilter(Upgrade.class)
    @MessageFilter(value = OnlyFrom.class, parameters = "shop")
    @MessageHandler("order")
    void order(Order order) {
      System.out.println(order);
    }
  }

  interface Monitors {
    @Rpc("ping")
    Replies<Fingerprint> pingAll(SendOption... options);

    void message_join_group(@Param("group_name") String group, SendOption... options);
  }

  static void applications(Postage postage) {
    GenericApplication application =
        postage.application("monitor").groups("night").handlers(new OrderHandlers()).start();

    Monitors monitors = postage.producer(Monitors.class, Address.all("monitor").destination());
    monitors.pingAll(timeout(Duration.ofSeconds(1))).forEach(System.out::println);
    monitors.message_join_group("day", SendOption.to(Address.one("monitor")));
    application.join();
  }
}
