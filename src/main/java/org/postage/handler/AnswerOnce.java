package org.postage.handler;

import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.message.Result;
import org.postage.message.SafeText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds back a request's answer until it is remembered: what was answered can't be undone when what
 * was done is. Thread-safe.
 */
final class AnswerOnce implements Replier {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerOnce.class);

  private final IdempotencyStore store;
  private final String key;
  private final Encoder encoder;
  private final Replier replier;
  // All under this object's lock, which is not held while anybody else's code runs.
  private @Nullable Result answer;
  private IdempotencyStore.Handled handled = IdempotencyStore.Handled.WITHOUT_ANSWER;
  private IdempotencyStore.Handled remembered = handled;
  private boolean isReleased;

  AnswerOnce(IdempotencyStore store, String key, Encoder encoder, Replier replier) {
    this.store = store;
    this.key = key;
    this.encoder = encoder;
    this.replier = replier;
  }

  @Override
  public void reply(@Nullable Object value) {
    Result result = ReplySender.result(value);
    IdempotencyStore.Handled encoded =
        IdempotencyStore.Handled.withAnswer(
            ReplySender.encoded(encoder, result), encoder.contentType());
    synchronized (this) {
      if (answer != null) {
        LOG.warn("Dropped a second answer to one request (expected: one)");
        return;
      }
      answer = result;
      handled = encoded;
      if (!isReleased) {
        return;
      }
    }
    sendLate(result, encoded);
  }

  @Override
  public synchronized boolean isAnswered() {
    return answer != null || replier.isAnswered();
  }

  @Override
  public boolean isRequesterAlive() {
    return replier.isRequesterAlive();
  }

  /** What to remember, as it stands. */
  synchronized IdempotencyStore.Handled toRemember() {
    remembered = handled;
    return handled;
  }

  /** It is remembered: the answer goes out, now or when it is given. */
  void release() {
    @Nullable Result now;
    IdempotencyStore.@Nullable Handled late;
    synchronized (this) {
      isReleased = true;
      now = answer;
      late = handled == remembered ? null : handled;
    }
    if (now == null) {
      return;
    } else if (late != null) {
      sendLate(now, late);
    } else {
      replier.reply(now);
    }
  }

  private void sendLate(Result result, IdempotencyStore.Handled late) {
    try {
      store.answered(key, late);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // What was done can't be undone any more, so that who asked is told.
      LOG.warn("An answer is not remembered: {}", SafeText.of(e.getMessage()));
    }
    replier.reply(result);
  }
}
