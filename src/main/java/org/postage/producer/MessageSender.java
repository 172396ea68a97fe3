package org.postage.producer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postage.encoding.Encoder;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.PostageException;
import org.postage.pipeline.Context;
import org.postage.producer.Publication.ReplyMode;
import org.postage.topology.Destination;
import org.postage.transport.Deadline;
import org.postage.transport.NotSentException;
import org.postage.transport.RawMessage;
import org.postage.transport.ReplyAddress;
import org.postage.transport.Transport;
import org.postage.transport.TransportException;

/** The innermost step on the way out: encodes and publishes. Thread-safe. */
final class MessageSender {
  // How long a queue of replies is kept that its owner forgot to close, beyond twice its timeout.
  private static final long IDLE_MILLIS = 60_000;

  private final Requests requests;
  private final Encoder encoder;
  private final MessageIds ids = new MessageIds();

  MessageSender(Requests requests) {
    this.requests = requests;
    encoder = requests.encoders.standard();
  }

  Receipt send(Publication publication) {
    String id = ids.next();
    if (publication.replies() != ReplyMode.NONE) {
      requireSomebodyWaits(publication, id);
    }
    RawMessage.Builder message =
        RawMessage.of(encoder.encode(MessageFormat.toMap(publication.message())))
            .contentType(encoder.contentType())
            .messageId(id)
            .persistent(publication.isPersistent())
            .headers(publication.headers());
    return switch (publication.replies()) {
      case NONE -> Receipt.ofMessage(publish(publication, message.build()));
      case ONE -> Receipt.ofRequest(requests.send(publication, message.correlationId(id), id));
      case QUEUE -> sendWithReplyQueue(publication, message.correlationId(id), id);
    };
  }

  // What is sent while a request is handled is not waited for longer than that request is.
  private static void requireSomebodyWaits(Publication publication, String id) {
    if (Context.current().remaining().map(Duration::isZero).orElse(false)) {
      throw new NotSentException(
          "nobody waits any longer for the request in whose handler this is asked",
          publication.firstDestination(),
          id);
    }
  }

  /**
   * Publishes a body that exists already, untouched. Nobody can tell what it is, so nobody has to
   * listen.
   */
  CompletableFuture<Void> forward(RawMessage received, List<Destination> destinations) {
    RawMessage message =
        RawMessage.of(received.body())
            .contentType(received.contentType())
            .contentEncoding(received.contentEncoding())
            .messageId(ids.next())
            .persistent(received.isPersistent())
            .build();
    return CompletableFuture.allOf(
        destinations.stream()
            .map(to -> requests.transport.publish(to, message, false, Transport.MAX_PATIENCE))
            .toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> publish(Publication publication, RawMessage message) {
    // Nobody listening to a command is an error. To a status or a bare message it is everyday life.
    boolean isMandatory = publication.message().type().equals(Message.COMMAND);
    if (publication.destinations().size() == 1) {
      return publish(publication.firstDestination(), publication, message, isMandatory);
    }
    return CompletableFuture.allOf(
        publication.destinations().stream()
            .map(to -> publish(to, publication, message, isMandatory))
            .toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> publish(
      Destination to, Publication publication, RawMessage message, boolean isMandatory) {
    Duration delay = publication.delay();
    Duration patience = patience(publication);
    return delay == null
        ? requests.transport.publish(to, message, isMandatory, patience)
        : requests.transport.publishLater(to, message, delay, patience);
  }

  private static Duration patience(Publication publication) {
    Duration timeout = publication.timeout();
    return timeout.compareTo(Transport.MAX_PATIENCE) < 0 ? timeout : Transport.MAX_PATIENCE;
  }

  private Receipt sendWithReplyQueue(
      Publication publication, RawMessage.Builder message, String id) {
    Destination to = publication.firstDestination();
    Duration wait = Context.current().limit(publication.timeout());
    long end = System.nanoTime() + wait.toNanos();
    ReplyQueue queue = new ReplyQueue(requests.encoders);
    ReplyAddress address =
        await(requests.transport.replyAddress(queue.listener(), () -> true), wait, to, id);
    queue.opened(address);
    requests.timer.schedule(queue::close, 2 * wait.toMillis() + IDLE_MILLIS, TimeUnit.MILLISECONDS);
    // What waiting for the address took is gone.
    Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    try {
      CompletableFuture<Void> confirmed =
          requests.transport.publish(
              to,
              Deadline.set(message.replyTo(address.name()), publication.headers(), left).build(),
              true,
              left);
      confirmed.whenComplete(
          (v, failure) -> {
            if (failure instanceof PostageException known) {
              queue.failed(known);
            }
          });
      return Receipt.ofReplyQueue(confirmed, queue);
    } catch (RuntimeException e) {
      queue.close();
      throw e;
    }
  }

  private ReplyAddress await(
      CompletableFuture<ReplyAddress> address, Duration wait, Destination to, String id) {
    try {
      return address.get(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp(address);
      throw requests.notSent("no reply queue within " + wait, to, id);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IllegalStateException closed
          ? closed
          : new NotSentException("no reply queue", to, id, e);
    } catch (InterruptedException e) {
      giveUp(address);
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while waiting for a reply queue", e);
    }
  }

  private static void giveUp(CompletableFuture<ReplyAddress> address) {
    if (!address.cancel(false)) {
      address.thenAccept(ReplyAddress::discard);
    }
  }
}
