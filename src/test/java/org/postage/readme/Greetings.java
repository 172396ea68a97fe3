package org.postage.readme;

import org.postage.topology.Exchange;

/** What the README's example of a test is about. */
interface Greetings {
  Exchange GREETINGS = Exchange.direct("greetings");

  void message_greet(String whom);

  void message_greeted(String whom);
}
