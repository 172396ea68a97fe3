package org.postage.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postage.message.Message;
import org.postage.topology.Destination;

/** What the connections of one test were told to send, in order, replies left out. Thread-safe. */
public final class SentMessages {
  /**
   * A message, and where it was sent.
   *
   * @param message with the sender's fingerprint; its payload is what the sender gave, not what the
   *     wire makes of it
   * @param destinations where to
   */
  public record Sent(Message message, List<Destination> destinations) {}

  private final List<Sent> sent = new CopyOnWriteArrayList<>();

  SentMessages() {}

  void add(Message message, List<Destination> destinations) {
    sent.add(new Sent(message, List.copyOf(destinations)));
  }

  /** All of them. */
  public List<Sent> all() {
    return List.copyOf(sent);
  }

  /** Forgets them. */
  public void clear() {
    sent.clear();
  }

  @Override
  public String toString() {
    return sent.stream()
        .map(
            each ->
                each.message().key()
                    + " "
                    + each.message().content()
                    + " to "
                    + each.destinations())
        .toList()
        .toString();
  }
}
