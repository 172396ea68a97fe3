package org.postage.service.events;

import org.postage.topology.Exchange;

/** Whose events are spoken: they differ in how the exchange of a service is declared, only. */
public enum EventStyle {
  /** nameko 2.13 and newer: the exchange stays. */
  NAMEKO(false),

  /** micro_framework, and nameko before 2.13: the exchange goes with its last queue. */
  MICRO_FRAMEWORK(true);

  private final boolean isAutoDelete;

  EventStyle(boolean isAutoDelete) {
    this.isAutoDelete = isAutoDelete;
  }

  /** The exchange that a service's events go to: {@code SERVICE.events}, topic, durable. */
  public Exchange exchangeOf(String service) {
    Exchange exchange = Exchange.topic(service + ".events");
    return isAutoDelete ? exchange.autoDelete() : exchange;
  }
}
