package org.postage.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.encoding.JsonEncoder;
import org.postage.encoding.Limits;
import org.postage.handler.MessageHandler;
import org.postage.handler.RpcHandler;
import org.postage.producer.Replies;
import org.postage.producer.SendOption;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** Something of which there may be more and more, and what it costs then. */
enum Dimension {
  QUEUES("queues, each published to and consumed in turn", 1, 10, 100, 1_000) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      Postage postage = flow.connect();
      MessageProcessor.Builder processor = processor(postage, flow);
      SendOption[] keys = new SendOption[value];
      for (int i = 0; i < value; i++) {
        processor.bind(DIRECT.to(queue(i), "key-" + i));
        keys[i] = SendOption.key("key-" + i);
      }
      processor.start();
      Orders orders = postage.producer(Orders.class, DIRECT.withKey("key-0"));
      flow.sender(i -> orders.message_order(Order.SAMPLE, keys[i % value]));
    }
  },
  HANDLERS("handlers of one processor", 1, 10, 100, 1_000) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      Postage postage = flow.connect();
      MessageProcessor.Builder processor = processor(postage, flow);
      if (value > 1) {
        processor.handlers(ManyMethods.newHandlers(value - 1));
      }
      processor.bind(DIRECT.to(queue(0), "key-0")).start();
      flow.sender(sender(postage));
    }
  },
  PAYLOAD("bytes of text in a payload", 100, 1_000, 10_000, 100_000, 1_000_000, 8_000_000) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      // Above the usual megabyte.
      Limits limits = new Limits(16 << 20, 64, 200_000, 16 << 20, 1 << 10, 1_000);
      Postage postage = flow.connect(new JsonEncoder(limits));
      processor(postage, flow).bind(DIRECT.to(queue(0), "key-0")).start();
      Orders orders = postage.producer(Orders.class, DIRECT.withKey("key-0"));
      Order order = new Order("4711", "Ada", 1, 1, true, "x".repeat(value));
      flow.outstanding(Math.max(2, Math.min(Flow.OUTSTANDING, MAX_BYTES_OUTSTANDING / value)));
      flow.sender(i -> orders.message_order(order));
    }
  },
  THREADS("threads that publish on one Postage", 1, 2, 4, 8, 16, 32, 64) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      Postage postage = flow.connect();
      processor(postage, flow).bind(DIRECT.to(queue(0), "key-0")).start();
      flow.threads(value);
      flow.sender(sender(postage));
    }
  },
  CONSUMERS("consumers of one queue, each with connections of its own", 1, 2, 4, 8) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      for (int i = 0; i < value; i++) {
        processor(flow.connect(), flow).bind(DIRECT.to(queue(0), "key-0")).start();
      }
      flow.sender(sender(flow.connect()));
    }
  },
  COMPONENTS(
      "components that answer one ping: a message is a ping with all its answers", 1, 50, 500) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      class Answering {
        @RpcHandler("order")
        Order answer(Order order) {
          return order;
        }
      }
      Postage components = flow.connect();
      for (int i = 0; i < value; i++) {
        components.processor(FANOUT.to(queue(i), "")).handlers(new Answering()).start();
      }
      Pings pings = flow.connect().producer(Pings.class, FANOUT.withKey(""));
      SendOption[] all = {SendOption.maxReplies(value), SendOption.timeout(Duration.ofSeconds(30))};
      flow.sender(
          i -> {
            int answers = pings.rpc_order(Order.SAMPLE, all).toList().size();
            if (answers != value) {
              throw new IllegalStateException(answers + " answers of " + value);
            }
            flow.handled(Order.SAMPLE);
          });
    }
  },
  NODES("nodes that keep a quorum queue; processor time of one of them", 1, 3) {
    @Override
    void prepare(int value, Flow flow) throws Exception {
      Postage postage = flow.connect();
      processor(postage, flow)
          .bind(DIRECT.to(Queue.named("bench-quorum").quorum(), "key-0"))
          .start();
      flow.sender(sender(postage));
    }
  };

  /** What is sent. */
  interface Orders {
    void message_order(Order order, SendOption... options);
  }

  /** What is asked of all. */
  interface Pings {
    Replies<Order> rpc_order(Order order, SendOption... options);
  }

  private static final Exchange DIRECT = Exchange.direct("bench-scale");
  private static final Exchange FANOUT = Exchange.fanout("bench-scale-all");
  private static final int MAX_BYTES_OUTSTANDING = 32_000_000;

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // It is a copy.
  private final List<Integer> sizes;

  Dimension(String title, int... sizes) {
    this.title = title;
    List<Integer> all = new ArrayList<>();
    for (int each : sizes) {
      all.add(each);
    }
    this.sizes = List.copyOf(all);
  }

  /** Of what there is more and more. */
  String title() {
    return title;
  }

  List<Integer> sizes() {
    return sizes;
  }

  /** How many messages warm it up, at least. */
  int warmUp() {
    return this == PAYLOAD || this == COMPONENTS ? 200 : 20_000;
  }

  /** Makes so many of it, and says how a message is sent. */
  abstract void prepare(int value, Flow flow) throws Exception;

  private static Queue queue(int number) {
    return Queue.named("bench-" + number).autoDelete();
  }

  private static MessageProcessor.Builder processor(Postage postage, Flow flow) {
    class Counting {
      @MessageHandler("order")
      void count(Order order) {
        flow.handled(order);
      }
    }
    return postage.processor().prefetch(Bench.PREFETCH).handlers(new Counting());
  }

  private static IntConsumer sender(Postage postage) {
    Orders orders = postage.producer(Orders.class, DIRECT.withKey("key-0"));
    return i -> orders.message_order(Order.SAMPLE);
  }
}
