package advanced_echo;

import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.handler.MessageHandler;
import org.postage.handler.MessageHandlerFullBody;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.topology.Queue;

/**
 * Prints what comes and who sent it. Start several: they take turns at the queue that they share,
 * and each has a queue of its own besides.
 */
final class EchoReceive {
  @MessageHandler("echo")
  void print(String text) {
    System.out.println(text);
  }

  @MessageHandlerFullBody("echo")
  void printFingerprint(Message message) {
    System.out.println("Message fingerprint: " + message.fingerprint());
  }

  public static void main(String[] args) {
    try (Postage postage = Postage.builder().fingerprint("echo_receive", "controller").connect()) {
      Fingerprint self = postage.fingerprint();
      Queue shared = Queue.named("echo-queue");
      // Its name is no other receiver's, so it can go with this one instead of filling up unread.
      Queue own = Queue.named("echo-queue-" + self.pid() + self.host()).autoDelete();
      MessageProcessor receiver =
          postage
              .processor(Echo.EXCHANGE.to(shared, Echo.ONE), Echo.EXCHANGE.to(own, Echo.ALL))
              .handlers(new EchoReceive())
              .start();
      System.out.println("Waiting for messages");
      receiver.join();
    }
  }
}
