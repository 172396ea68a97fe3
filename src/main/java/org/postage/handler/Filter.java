package org.postage.handler;

import java.util.List;
import org.postage.message.Message;

/**
 * Sees a message before one handler does, and may change what that handler gets: turn an old format
 * into a new one, or refuse it. Other handlers of the message are not affected: messages can't be
 * changed, only replaced.
 *
 * <p>Has to be thread-safe.
 */
@FunctionalInterface
public interface Filter {
  /**
   * The message that the handler is to get.
   *
   * @param parameters what the {@link MessageFilter} annotation says
   * @throws FilterException if the handler is not to get any; anything else that is thrown counts
   *     as a failure of the handler
   */
  Message filter(Message message, List<String> parameters) throws Exception;
}
