package org.postage.embedded.model;

/** AMQP 0-9-1's reply codes, as far as this broker gives them. */
public enum ReplyCode {
  SUCCESS(200),
  NO_ROUTE(312),
  CONNECTION_FORCED(320),
  ACCESS_REFUSED(403),
  NOT_FOUND(404),
  RESOURCE_LOCKED(405),
  PRECONDITION_FAILED(406),
  FRAME_ERROR(501),
  COMMAND_INVALID(503),
  CHANNEL_ERROR(504),
  UNEXPECTED_FRAME(505),
  NOT_ALLOWED(530),
  NOT_IMPLEMENTED(540),
  INTERNAL_ERROR(541);

  private final int code;

  ReplyCode(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** True for what the protocol calls a hard error; a soft one closes only the channel. */
  public boolean closesConnection() {
    return code == 320 || code > 500;
  }
}
