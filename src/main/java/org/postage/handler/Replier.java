package org.postage.handler;

import org.jspecify.annotations.Nullable;

/**
 * Answers a request. A handler that takes one may answer at any time, also after it has returned
 * and on any thread, and may go on working after it. Only the first answer counts. Thread-safe.
 */
public interface Replier {
  /**
   * Answers.
   *
   * @param answer a {@link org.postage.message.Result}, a message that carries one, or any other
   *     value, which is a success then
   */
  void reply(@Nullable Object answer);

  /** Whether it has been answered. */
  boolean isAnswered();

  /**
   * Whether somebody can still get the answer: the address that it would go to is there, and who
   * asked still waits. Long work may ask every now and then, and end where nobody wants it. False
   * where there is nobody to answer.
   *
   * @throws org.postage.transport.TransportException if the broker can't be reached to find out
   */
  boolean isRequesterAlive();
}
