package org.postage.embedded.model;

import org.jspecify.annotations.Nullable;

/**
 * A message that a client has and has not settled.
 *
 * @param tag its number on the channel
 * @param queue where it came from, and goes back to
 * @param queued the message
 * @param consumer who got it; null if it was fetched by {@code basic.get}
 */
record Delivery(long tag, Queue queue, QueuedMessage queued, @Nullable Consumer consumer) {}
