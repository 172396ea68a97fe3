package org.postage.readme;

import static org.postage.producer.SendOption.sendLater;

import java.io.IOException;
import java.time.Duration;
import org.postage.KillSwitch;
import org.postage.MessageProcessor;
import org.postage.ParkedMessage;
import org.postage.ParkedMessages;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.Retry;
import org.postage.message.Message;
import org.postage.pipeline.RetryPolicy;
import org.postage.producer.SendOption;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** What the README shows of failures. */
final class Bank {
  private static final Exchange BANK = Exchange.direct("bank");

  interface Reminders {
    void message_remind(String customer, SendOption... options);
  }

  static final class PaymentHandlers {
    @MessageHandler("pay")
    @Retry(
        attempts = 8,
        delayMillis = 500,
        maxDelayMillis = 60_000,
        notOn = NumberFormatException.class)
    void pay(String amount) throws IOException {
      book(Integer.parseInt(amount));
    }

    private void book(int amount) throws IOException {
      throw new IOException("the bank is closed; not booked: " + amount);
    }
  }

  private Bank() {}

  static MessageProcessor start(Postage postage) {
    return postage
        .processor(BANK.to(Queue.named("payments").durable(), "pay"))
        .handlers(new PaymentHandlers())
        .retry(RetryPolicy.attempts(5)) // for handlers without a @Retry of their own
        .concurrency(8)
        .ordered(Message::parameters) // equal ones one after the other
        .timeLimit(Duration.ofSeconds(20))
        .killSwitch(KillSwitch.standard())
        .start();
  }

  static void repair(Postage postage) {
    ParkedMessages parked = postage.parked("payments");
    for (ParkedMessage each : parked.list(100)) {
      System.out.println(each.parkedAt() + " " + each.reason() + ": " + each.error());
      parked.retry(each.id()); // or edit(..), or drop(..)
    }
  }

  static void remind(Reminders reminders) {
    reminders.message_remind("Ada", sendLater(Duration.ofDays(3)));
  }
}
