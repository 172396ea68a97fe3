package org.postage.readme;

import org.jspecify.annotations.Nullable;
import org.postage.handler.Retry;
import org.postage.readme.Neighbours.Order;
import org.postage.readme.Neighbours.Receipt;
import org.postage.service.EventListener;
import org.postage.service.Every;
import org.postage.service.Rpc;
import org.postage.service.Service;
import org.postage.service.events.EventProducer;

/** A service among those of nameko. */
@Service("till")
final class Till {
  private final EventProducer events;

  Till(EventProducer events) {
    this.events = events;
  }

  @Rpc(docstring = "Sells something.")
  Receipt sell(String what, @Nullable Integer pieces) {
    Receipt receipt = new Receipt(what, pieces == null ? 1 : pieces);
    events.send("sold", receipt).join();
    return receipt;
  }

  @EventListener(source = "shop", event = "order_placed")
  @Retry(attempts = 3)
  void onOrder(Order order) {
    System.out.println(order.customer() + " wants " + order.items());
  }

  @Every("PT1M")
  void count() {}
}
