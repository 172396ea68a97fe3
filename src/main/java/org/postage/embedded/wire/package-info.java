/**
 * AMQP 0-9-1 over sockets: frames, methods, connections and channels.
 *
 * <p>Start at {@link org.postage.embedded.wire.Server}; a connection's life is {@code
 * ClientConnection}, its first words {@code Handshake}, a channel's methods {@code
 * ExchangeMethods}, {@code QueueMethods}, {@code BasicMethods} and {@code Publisher}. Encoding and
 * decoding are amqp-client's own, which serve both ends; what they must not be given, too long or
 * wrongly ended frames, {@code FrameReader} keeps from them.
 *
 * <p>Each connection has two threads. The reader decodes, and works on the model with the broker's
 * lock held. The writer alone touches the socket's output, without the lock: a client that does not
 * read stalls nobody but itself (see {@code Outbound}).
 */
@NullMarked
package org.postage.embedded.wire;

import org.jspecify.annotations.NullMarked;
