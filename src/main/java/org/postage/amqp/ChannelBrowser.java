package org.postage.amqp;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postage.message.SafeText;
import org.postage.transport.Delivery;
import org.postage.transport.QueueBrowser;
import org.postage.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel of its own on which messages are got and not acknowledged. */
final class ChannelBrowser implements QueueBrowser {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelBrowser.class);

  private final Link link;
  private final Channel channel;
  private final String queue;
  private long lastTag;
  private long remaining;

  ChannelBrowser(Link link, BrokerConnection connection, String queue) throws IOException {
    this.link = link;
    this.queue = queue;
    channel = connection.createChannel();
  }

  @Override
  public @Nullable Delivery next() {
    try {
      GetResponse got = channel.basicGet(queue, false);
      if (got == null) {
        return null;
      }
      lastTag = got.getEnvelope().getDeliveryTag();
      remaining = got.getMessageCount();
      return Deliveries.delivery(queue, got.getEnvelope(), got.getProps(), got.getBody());
    } catch (IOException | ShutdownSignalException e) {
      throw failed("read", e);
    }
  }

  @Override
  public long remaining() {
    return remaining;
  }

  @Override
  public void remove() {
    try {
      channel.basicAck(lastTag, false);
    } catch (IOException | ShutdownSignalException e) {
      throw failed("remove a message of", e);
    }
  }

  @Override
  public void close() {
    try {
      if (channel.isOpen()) {
        channel.close();
      }
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      LOG.debug("The channel that looked at a queue was gone before it was closed", e);
    }
  }

  private TransportException failed(String what, Exception failure) {
    link.giveUpIfInDoubt(failure);
    return Refusals.translate("cannot " + what + " queue '" + SafeText.of(queue) + "'", failure);
  }
}
