package org.postage.embedded;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.nio.charset.StandardCharsets;
import org.postage.embedded.model.QueuedMessage;

/** A message that waits in a queue, as it was when asked. Immutable. */
public final class MessageView {
  private final QueuedMessage queued;
  private final boolean redelivered;

  MessageView(QueuedMessage queued) {
    this.queued = queued;
    this.redelivered = queued.redelivered();
  }

  /** The exchange that it was published, or dead-lettered, to. */
  public String exchange() {
    return queued.message().exchange();
  }

  /** The key that it was published, or dead-lettered, with. */
  public String routingKey() {
    return queued.message().routingKey();
  }

  /** Its properties; header texts may be amqp-client's {@code LongString}. */
  public BasicProperties properties() {
    return queued.message().properties();
  }

  /** True if it was delivered before and came back. */
  public boolean redelivered() {
    return redelivered;
  }

  /** Its body; the caller's own copy. */
  public byte[] body() {
    return queued.message().body().clone();
  }

  /** Its body, read as UTF-8. */
  public String text() {
    return new String(queued.message().body(), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "MessageView[" + exchange() + ":" + routingKey() + ", " + body().length + " bytes]";
  }
}
