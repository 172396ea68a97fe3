package org.postage;

import org.postage.handler.MessageHandler;
import org.postage.topology.Exchange;

/**
 * A program as its users write them: it says that it is there, and consumes until it is told to
 * stop. Run as a process of its own by a test.
 */
final class RestartProgram {
  private RestartProgram() {}

  @MessageHandler("hello")
  void hello(String text) {
    System.out.println(text);
  }

  public static void main(String[] args) {
    try (Postage postage = Postage.connect()) {
      MessageProcessor processor =
          postage
              .processor(Exchange.direct(args[0]).to(args[0], "key"))
              .handlers(new RestartProgram())
              .start();
      System.out.println("started " + ProcessHandle.current().pid() + " " + args[1]);
      processor.join();
    }
  }
}
