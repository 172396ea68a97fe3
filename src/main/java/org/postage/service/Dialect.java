package org.postage.service;

import java.util.UUID;
import org.postage.service.events.EventStyle;
import org.postage.service.rpc.RpcProtocol;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** Whose services ours is among: how queues are called, and calls look. */
public enum Dialect {
  /** nameko 2.13 and newer. */
  NAMEKO(RpcProtocol.NAMEKO, EventStyle.NAMEKO),

  /** micro_framework 2. */
  MICRO_FRAMEWORK(RpcProtocol.MICRO_FRAMEWORK, EventStyle.MICRO_FRAMEWORK);

  private final RpcProtocol rpc;
  private final EventStyle events;

  Dialect(RpcProtocol rpc, EventStyle events) {
    this.rpc = rpc;
    this.events = events;
  }

  /** How calls look. */
  public RpcProtocol rpc() {
    return rpc;
  }

  /** How exchanges of events are declared. */
  public EventStyle events() {
    return events;
  }

  /**
   * The queue of a listener, as a Python instance of the same service has it, so that both share
   * it.
   *
   * @param service who listens
   * @param target the method that does
   */
  public Binding queueOf(String service, String target, EventListener listener) {
    Exchange exchange = events.exchangeOf(listener.source());
    return exchange.to(queue(service, target, listener), listener.event());
  }

  private Queue queue(String service, String target, EventListener listener) {
    String pooled =
        this == NAMEKO
            ? "evt-" + listener.source() + "-" + listener.event() + "--" + service + "." + target
            : listener.source() + "." + listener.event() + "__" + service + "." + target;
    return switch (listener.audience()) {
      case POOL -> Queue.named(pooled).durable();
      case SINGLETON -> Queue.named("evt-" + listener.source() + "-" + listener.event()).durable();
      case BROADCAST ->
          Queue.named(pooled + "-" + UUID.randomUUID().toString().replace("-", ""))
              .exclusive()
              .autoDelete();
    };
  }
}
