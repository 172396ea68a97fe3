package org.postage.testing;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import org.postage.testing.SentMessages.Sent;

/**
 * Assertions on the messages of one kind and name: each further one has to be true of one of them.
 * Not thread-safe.
 */
public final class SentMessageAssert extends AbstractAssert<SentMessageAssert, List<Sent>> {
  private final String what;

  SentMessageAssert(List<Sent> sent, String what) {
    super(sent, SentMessageAssert.class);
    this.what = what;
  }

  /** One of them carries these parameters, as the sender gave them. */
  public SentMessageAssert withParameters(@Nullable Object parameters) {
    return narrowed(
        "with the parameters " + parameters,
        sent -> Objects.equals(sent.message().parameters(), parameters));
  }

  /** One of them is from this sender. */
  public SentMessageAssert from(String senderName) {
    return narrowed(
        "from '" + senderName + "'", sent -> sent.message().sender().name().equals(senderName));
  }

  /** One of them went to this exchange. */
  public SentMessageAssert toExchange(String exchange) {
    return narrowed(
        "to exchange '" + exchange + "'",
        sent -> sent.destinations().stream().anyMatch(to -> to.exchange().name().equals(exchange)));
  }

  /** One of them went there with this key. */
  public SentMessageAssert toKey(String key) {
    return narrowed(
        "with key '" + key + "'",
        sent -> sent.destinations().stream().anyMatch(to -> to.routingKey().equals(key)));
  }

  /** There are that many of them. */
  public SentMessageAssert times(int count) {
    if (actual.size() != count) {
      throw failure("%s: sent %s times (expected: %s)", what, actual.size(), count);
    }
    return this;
  }

  private SentMessageAssert narrowed(String condition, Predicate<Sent> predicate) {
    List<Sent> matching = actual.stream().filter(predicate).toList();
    if (matching.isEmpty()) {
      throw failure("%s: %s (expected: one %s)", what, actual, condition);
    }
    return new SentMessageAssert(matching, what + " " + condition);
  }
}
