package rpc_echo;

import org.postage.topology.Exchange;

/** What caller and server share. */
interface Echo {
  Exchange EXCHANGE = Exchange.direct("echo-exchange");

  String rpc_echo(String text);
}
