package application;

import org.postage.GenericApplication;
import org.postage.Postage;
import org.postage.handler.MessageHandler;

/** An application with another name and other things to do. */
final class Scanner {
  @MessageHandler("scan")
  void scan() {
    System.out.println("Scanning");
  }

  public static void main(String[] args) {
    try (Postage postage = Postage.connect()) {
      GenericApplication scanner =
          postage
              .application(Office.SCANNER)
              .handlers(new Scanner())
              .logTo(System.out::println)
              .start();
      scanner.join();
    }
  }
}
