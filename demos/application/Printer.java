package application;

import org.postage.GenericApplication;
import org.postage.Postage;
import org.postage.handler.MessageHandler;

/** An application that prints. Start several; the arguments are the groups that it is in. */
final class Printer {
  @MessageHandler("print")
  void print(String text) {
    System.out.println("Printing " + text);
  }

  public static void main(String[] groups) {
    try (Postage postage = Postage.connect()) {
      GenericApplication printer =
          postage
              .application(Office.PRINTER)
              .groups(groups)
              .handlers(new Printer())
              .logTo(System.out::println)
              .start();
      printer.join();
    }
  }
}
