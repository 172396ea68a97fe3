package org.postage.readme;

import org.postage.Postage;
import org.postage.handler.MessageHandler;

/** Greets, and tells of it whoever wants to know. */
final class Greeter {
  private final Greetings greetings;

  Greeter(Postage postage) {
    greetings = postage.producer(Greetings.class, Greetings.GREETINGS.withKey("g"));
  }

  @MessageHandler("greet")
  void greet(String whom) {
    greetings.message_greeted(whom);
  }
}
