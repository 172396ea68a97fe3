package basic_echo;

import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.handler.MessageHandler;

/** Prints what comes, until it is told to quit. */
final class EchoReceive {
  @MessageHandler("echo")
  void print(String text) {
    System.out.println(text);
  }

  public static void main(String[] args) {
    try (Postage postage = Postage.connect()) {
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
