package org.postage.transport;

/**
 * What Postage writes into the headers of messages that it sends on: to be tried again, or parked.
 * Python Postage reads none of them. They are believed only in messages that were published to a
 * queue itself, or came back from a delay.
 */
public final class Headers {
  /** What the names of our headers begin with. */
  public static final String PREFIX = "postage-";

  /** Which attempt comes next, or, in a parked message, how many there were: a number. */
  public static final String ATTEMPT = PREFIX + "attempt";

  /** Which handlers are to run, or, in a parked message, failed: a list of their ids. */
  public static final String HANDLERS = PREFIX + "handlers";

  /** The exchange that the message was published to first. */
  public static final String EXCHANGE = PREFIX + "exchange";

  /** The routing key that it was published with first. */
  public static final String ROUTING_KEY = PREFIX + "routing-key";

  /** The queue that it was consumed from. */
  public static final String QUEUE = PREFIX + "queue";

  /** Why it was parked: unreadable, unanswerable, unsettled, unfit, rejected or failed. */
  public static final String REASON = PREFIX + "reason";

  /** What went wrong, in words. */
  public static final String ERROR = PREFIX + "error";

  /** The class of the exception that was thrown. */
  public static final String EXCEPTION = PREFIX + "exception";

  /** When it was parked: milliseconds since the epoch. */
  public static final String PARKED_AT = PREFIX + "parked-at";

  /** What names it among the parked messages of its queue: text. */
  public static final String PARKED_ID = PREFIX + "parked-id";

  /** Who sent it, as its fingerprint claims: a table. */
  public static final String SENDER = PREFIX + "sender";

  /** The broker's user that sent it, as the broker had verified it. */
  public static final String USER_ID = PREFIX + "user-id";

  private Headers() {}
}
