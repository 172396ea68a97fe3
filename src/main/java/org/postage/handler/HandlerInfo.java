package org.postage.handler;

import java.time.Duration;
import java.util.Optional;
import org.postage.message.MessageKey;
import org.postage.pipeline.RetryPolicy;

/**
 * What a handler was declared with. It comes from the program's own code, never from a message, so
 * it may name metrics. Immutable.
 *
 * @param id class and method: unique in its processor unless two objects of one class handle there
 * @param key which messages it handles
 * @param retry how it is tried again, where it says so itself
 * @param idempotentFor how long a message that it has handled is not handled again, where it says
 *     so
 */
public record HandlerInfo(
    String id, MessageKey key, Optional<RetryPolicy> retry, Optional<Duration> idempotentFor) {}
