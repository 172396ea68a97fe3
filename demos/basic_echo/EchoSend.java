package basic_echo;

import org.postage.Postage;

/** Sends one message. */
final class EchoSend {
  public static void main(String[] args) {
    try (Postage postage = Postage.connect()) {
      Echo echo = postage.producer(Echo.class, Echo.EXCHANGE.withKey("echo-rk"));
      echo.message_echo("A test message");
    }
  }
}
