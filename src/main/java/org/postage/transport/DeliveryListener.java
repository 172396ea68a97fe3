package org.postage.transport;

/** Handles a delivery and says what becomes of it. */
@FunctionalInterface
public interface DeliveryListener {
  /** Called on the consumer's executor. What it throws counts as {@link Outcome#REJECT}. */
  Outcome onDelivery(Delivery delivery);
}
