package org.postage.handler;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.topology.Destination;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

/**
 * How messages look that come to a processor, and how the answers that it gives. Implementations
 * are thread-safe.
 */
public interface Protocol {
  /** What writes the answer to a message that nothing reads. */
  Encoder standard();

  /**
   * What reads a message, and writes its answer.
   *
   * @throws org.postage.encoding.EncodingException if there is nothing that reads it
   */
  Encoder encoder(RawMessage message);

  /**
   * Reads a message.
   *
   * @throws org.postage.encoding.EncodingException if it can't be decoded
   * @throws org.postage.message.MalformedMessageException if it is something else
   */
  Message read(Delivery delivery, Encoder encoder);

  /** What a reply address has to look like: nobody else is answered. */
  Pattern replyAddresses();

  /** Where answers for this reply address are published. */
  Destination answersTo(String replyAddress);

  /** Whether such an address is a queue's name, which can be looked for. */
  boolean answersToQueues();

  /**
   * The answer to a request that was handled.
   *
   * @throws org.postage.encoding.EncodingException if it can't be written
   */
  RawMessage.Builder answer(Encoder encoder, Result result);

  /**
   * The answer to a request that was not.
   *
   * @param message null where it could not be read
   */
  RawMessage.Builder failure(Encoder encoder, Failure failure, @Nullable Message message);
}
