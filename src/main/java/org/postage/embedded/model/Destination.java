package org.postage.embedded.model;

/** What an exchange can be bound to. */
public sealed interface Destination permits Exchange, Queue {
  /** Its name. */
  String name();

  /** Whether it outlives a restart. */
  boolean durable();
}
