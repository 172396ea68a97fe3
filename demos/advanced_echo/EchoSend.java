package advanced_echo;

import static org.postage.producer.SendOption.key;

import org.postage.Postage;

/** Says who it is, and sends a message to one of the receivers and one to all of them. */
final class EchoSend {
  public static void main(String[] args) {
    try (Postage postage = Postage.builder().fingerprint("echo_send", "application").connect()) {
      Echo echo = postage.producer(Echo.class, Echo.EXCHANGE.withKey(Echo.ONE));
      echo.message_echo("A single test message");
      echo.message_echo("A fanout test message", key(Echo.ALL));
    }
  }
}
