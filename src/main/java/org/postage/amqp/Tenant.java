package org.postage.amqp;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Something that lives on a connection and is opened anew on each. All calls come on the link's
 * thread.
 */
interface Tenant {
  /** Opens on this connection. What it throws is tried again, with growing pauses. */
  void open(BrokerConnection connection) throws IOException, TimeoutException;

  /** Opening failed; it will be tried again. */
  default void failed(Throwable cause) {}

  /** What was opened is gone. */
  void lost(Throwable cause);

  /** The broker stopped reading from the connection (a reason), or reads again (null). */
  default void blocked(@Nullable String reason) {}
}
