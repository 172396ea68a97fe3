package org.postage.bench;

/** What a receiver's main does, in a JVM that nothing has warmed: ends with the first message. */
final class Receiver {
  private Receiver() {}

  public static void main(String[] args) throws Exception {
    Peer peer = Contestant.named(args[0]).peer().connect(Child.broker(args));
    // Without its good order: that is another matter.
    peer.consume(order -> Runtime.getRuntime().halt(0));
    Thread.currentThread().join();
  }
}
