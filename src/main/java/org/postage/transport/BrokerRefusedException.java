package org.postage.transport;

/**
 * The broker was reached and said no: wrong password, no such exchange, other flags, no permission.
 */
public final class BrokerRefusedException extends TransportException {
  private final int replyCode;

  /**
   * Says what was asked, and the broker's answer.
   *
   * @param replyCode AMQP's code, for example 404
   */
  public BrokerRefusedException(String message, int replyCode, Throwable cause) {
    super(message, cause);
    this.replyCode = replyCode;
  }

  /**
   * AMQP's reply code: 403 access refused, 404 not found, 405 locked, 406 other flags, 530 not
   * allowed.
   */
  public int replyCode() {
    return replyCode;
  }
}
