package org.postage.transport;

/** What becomes of a delivery. Only the transport acts on it. In the order from good to bad. */
public enum Outcome {
  /** Done with: the broker forgets it. */
  ACK,
  /** Not started: the broker puts it back and delivers it again. */
  REQUEUE,
  /** Refused: the broker drops it, or dead-letters it where the queue says so. */
  REJECT;

  /** The worse of two: several handlers of one message have one outcome. */
  public Outcome or(Outcome other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
