package org.postage.transport;

/** A queue of our own that answers come to, for one call at a time. Thread-safe. */
public interface ReplyAddress {
  /** The queue's name, chosen by the broker. */
  String name();

  /**
   * Whether no call had it before: whatever comes, with or without a correlation id, is for this
   * one.
   */
  boolean isFresh();

  /** The call has ended, and nothing more can come to this address: the next call may have it. */
  void giveBack();

  /** The call has ended, and something may still come: nobody gets this address again. */
  void discard();

  /**
   * Hears what comes. Called on a thread of the connection: it must not block and run no code of a
   * user's.
   */
  interface Listener {
    /** An answer came. */
    void onReply(RawMessage reply);

    /** The connection was lost, and with it the address and what was on its way there. */
    void onLost(Throwable cause);
  }
}
