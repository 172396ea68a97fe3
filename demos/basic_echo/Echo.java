package basic_echo;

import org.postage.topology.Exchange;

/** What sender and receiver share. */
interface Echo {
  Exchange EXCHANGE = Exchange.direct("echo-exchange");

  void message_echo(String text);
}
