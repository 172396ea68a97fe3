package org.postage.embedded.conformance;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A consumer that keeps what it gets. */
final class Inbox extends DefaultConsumer {
  private static final int LIMIT_SECONDS = 10;

  private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);

  Inbox(Channel channel) {
    super(channel);
  }

  @Override
  public void handleDelivery(
      String tag, Envelope envelope, BasicProperties properties, byte[] body) {
    deliveries.add(new Delivery(envelope, properties, body));
  }

  @Override
  public void handleConsumeOk(String tag) {
    super.handleConsumeOk(tag);
    started.countDown();
  }

  /** Waits for it: the client learns its tag on another thread. */
  @Override
  public String getConsumerTag() {
    try {
      if (!started.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("no consumer tag within " + LIMIT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return super.getConsumerTag();
  }

  @Override
  public void handleCancel(String tag) {
    cancelled.countDown();
  }

  /** The next delivery; waits for it. */
  Delivery next() throws InterruptedException {
    Delivery delivery = deliveries.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (delivery == null) {
      throw new AssertionError("no delivery within " + LIMIT_SECONDS + " s");
    }
    return delivery;
  }

  /** The next delivery's text; waits for it. */
  String nextText() throws InterruptedException {
    return text(next());
  }

  /** The texts of the next deliveries; waits for them. */
  List<String> nextTexts(int count) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(nextText());
    }
    return texts;
  }

  /** A delivery that is already here, or null. */
  @Nullable Delivery here() {
    return deliveries.poll();
  }

  boolean isEmpty() {
    return deliveries.isEmpty();
  }

  int size() {
    return deliveries.size();
  }

  /** True once the broker has ended the consumer; waits for it. */
  boolean wasCancelled() throws InterruptedException {
    return cancelled.await(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  static String text(Delivery delivery) {
    return new String(delivery.getBody(), StandardCharsets.UTF_8);
  }
}
