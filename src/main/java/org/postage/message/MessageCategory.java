package org.postage.message;

import java.util.Optional;

/** Whether the sender waits for an answer. A closed set, fixed by the protocol. */
public enum MessageCategory {
  /** Fire and forget. */
  MESSAGE("message"),
  /** A request: its sender waits for a result. */
  RPC("rpc");

  private final String wireName;

  MessageCategory(String wireName) {
    this.wireName = wireName;
  }

  /** The word on the wire. */
  public String wireName() {
    return wireName;
  }

  /** The category with this word on the wire, if there is one. */
  public static Optional<MessageCategory> ofWireName(String wireName) {
    for (MessageCategory category : values()) {
      if (category.wireName.equals(wireName)) {
        return Optional.of(category);
      }
    }
    return Optional.empty();
  }
}
