package org.postage.embedded.model;

/** What a client says of a delivery. */
public enum Settlement {
  /** It is done with. */
  ACK,
  /** Back to its place in the queue, marked as redelivered. */
  REQUEUE,
  /** Not wanted: dead-lettered where the queue says so, else gone. */
  DISCARD
}
