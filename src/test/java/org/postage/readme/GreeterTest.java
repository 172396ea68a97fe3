package org.postage.readme;

import static org.postage.readme.Greetings.GREETINGS;
import static org.postage.testing.PostageAssertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postage.Postage;
import org.postage.testing.PostageTest;
import org.postage.testing.SendTo;
import org.postage.testing.SentMessages;
import org.postage.testing.TestBroker;

@PostageTest
class GreeterTest {
  @Test
  void greetsAndSaysSo(
      Postage postage,
      TestBroker broker,
      SentMessages sent,
      @SendTo(exchange = "greetings", key = "g") Greetings greetings) {
    postage.processor(GREETINGS.to("greeter", "g")).handlers(new Greeter(postage)).start();

    greetings.message_greet("you");
    broker.untilQuiet(); // everything published was handled

    assertThat(sent).hasCommand("greeted").withParameters("you").toExchange("greetings");
  }
}
