package org.postage.embedded.model;

/**
 * What the broker refuses, in the words that the client will read. Codes and texts are RabbitMQ
 * 3.10's: programs match on them.
 */
public final class Refusal extends RuntimeException {
  private final ReplyCode code;

  /** Refuses with this code and these words, which go to the client. */
  public Refusal(ReplyCode code, String reason) {
    super(code + " - " + reason);
    this.code = code;
  }

  /** 404: there is no such thing in the virtual host. */
  public static Refusal notFound(String what, String name, String vhost) {
    return new Refusal(
        ReplyCode.NOT_FOUND, "no " + what + " '" + name + "' in vhost '" + vhost + "'");
  }

  /** 406: it exists otherwise, or an argument is not valid. */
  public static Refusal precondition(String reason) {
    return new Refusal(ReplyCode.PRECONDITION_FAILED, reason);
  }

  /** 403: not allowed. */
  public static Refusal access(String reason) {
    return new Refusal(ReplyCode.ACCESS_REFUSED, reason);
  }

  /** The code that the client gets. */
  public ReplyCode code() {
    return code;
  }

  /** The reply text, such as {@code NOT_FOUND - no queue 'q' in vhost '/'}. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
