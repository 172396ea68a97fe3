package application;

import org.postage.message.Fingerprint;
import org.postage.producer.Replies;
import org.postage.producer.SendOption;

/** What everybody in the office shares: the names of the applications, and what can be sent. */
interface Office {
  String PRINTER = "printer";
  String SCANNER = "scanner";
  String COLOUR = "colour";

  /** Every application answers this with its fingerprint. */
  Replies<Fingerprint> rpc_ping(SendOption... options);

  void message_print(String text, SendOption... options);

  void message_scan(SendOption... options);
}
