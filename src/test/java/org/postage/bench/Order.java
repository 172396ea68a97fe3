package org.postage.bench;

/** The payload of every message: a record of six fields, typed on both sides. */
public record Order(
    String id, String customer, int quantity, double price, boolean paid, String note) {
  /** What is sent wherever the content does not matter. */
  static final Order SAMPLE =
      new Order("4711-0815", "Ada Lovelace", 12, 1234.5, true, "leave it at the door");
}
