package rpc_echo;

import org.postage.Postage;
import org.postage.message.PostageException;

/** Asks, and prints the reply. */
final class EchoSend {
  public static void main(String[] args) {
    try (Postage postage = Postage.builder().fingerprint("echo_send", "application").connect()) {
      Echo echo = postage.producer(Echo.class, Echo.EXCHANGE.withKey("echo-rk"));
      System.out.println(echo.rpc_echo("RPC test message"));
    } catch (PostageException e) {
      System.out.println("RPC failed");
      System.err.println(e.getMessage());
    }
  }
}
