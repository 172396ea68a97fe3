package application;

import static org.postage.producer.SendOption.timeout;
import static org.postage.producer.SendOption.to;

import java.time.Duration;
import org.postage.Postage;
import org.postage.message.Fingerprint;
import org.postage.message.PostageException;
import org.postage.topology.Address;

/**
 * Asks who is there, and gives them something to do: one of them, all of them, those in a group.
 */
final class Control {
  public static void main(String[] args) {
    try (Postage postage = Postage.builder().fingerprint("control", "application").connect()) {
      Address everybody = Address.allOnHost(postage.fingerprint().host());
      Office office = postage.producer(Office.class, everybody.destination());

      for (Fingerprint who : office.rpc_ping(timeout(Duration.ofSeconds(2)))) {
        System.out.println("Here is " + who.name() + " " + who.pid() + "@" + who.host());
      }

      // Round robin: the printers take turns.
      for (int page = 1; page <= 4; page++) {
        office.message_print("page " + page, to(Address.one(Office.PRINTER)));
      }
      office.message_print("a notice", to(Address.all(Office.PRINTER)));
      office.message_print("a photo", to(Address.allInGroup(Office.PRINTER, Office.COLOUR)));
      office.message_scan(to(Address.one(Office.SCANNER)));
    } catch (PostageException e) {
      System.out.println("Nobody is there");
      System.err.println(e.getMessage());
    }
  }
}
