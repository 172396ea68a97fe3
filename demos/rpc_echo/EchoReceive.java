package rpc_echo;

import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.handler.RpcHandler;

/** Prints what it is asked, and answers: with what the method returns. */
final class EchoReceive {
  @RpcHandler("echo")
  String answer(String text) {
    System.out.println(text);
    return "RPC message received";
  }

  public static void main(String[] args) {
    try (Postage postage = Postage.builder().fingerprint("echo_receive", "controller").connect()) {
      MessageProcessor receiver =
          postage
              .processor(Echo.EXCHANGE.to("echo-queue", "echo-rk"))
              .handlers(new EchoReceive())
              .start();
      System.out.println("Waiting for messages");
      receiver.join();
    }
  }
}
