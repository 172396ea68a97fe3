package broker;

import java.io.IOException;
import java.io.OutputStream;
import org.postage.embedded.EmbeddedBroker;

/** Keeps an embedded broker running, for the other demos and for Python peers. */
final class Broker {
  private Broker() {}

  /** Prints the port on a line, and ends with its input. The one argument is the port; 0 is any. */
  public static void main(String[] args) throws IOException {
    int port = args.length == 0 ? 0 : Integer.parseInt(args[0]);
    try (EmbeddedBroker broker = EmbeddedBroker.builder().port(port).start()) {
      System.out.println(broker.port());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
