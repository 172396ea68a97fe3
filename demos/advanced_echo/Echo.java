package advanced_echo;

import org.postage.producer.SendOption;
import org.postage.topology.Exchange;

/** What sender and receivers share: where messages go, and the message with a key to choose. */
interface Echo {
  Exchange EXCHANGE = Exchange.direct("echo-exchange");

  String ONE = "echo-rk";
  String ALL = "echo-fanout-rk";

  void message_echo(String text, SendOption... options);
}
