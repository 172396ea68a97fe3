package org.postage.testing;

import java.util.List;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.testing.SentMessages.Sent;

/**
 * Assertions on what was sent: which messages, how many, and of a single one what it carries. Not
 * thread-safe.
 *
 * <pre>{@code
 * assertThat(sent).hasCommand("echo").withParameters("hello").toKey("echo-rk");
 * }</pre>
 */
public final class SentMessagesAssert extends AbstractAssert<SentMessagesAssert, SentMessages> {
  SentMessagesAssert(SentMessages sent) {
    super(sent, SentMessagesAssert.class);
  }

  /** That many were sent. */
  public SentMessagesAssert hasSize(int count) {
    if (actual.all().size() != count) {
      throw failure("sent: %s messages, %s (expected: %s)", actual.all().size(), actual, count);
    }
    return this;
  }

  /** None was sent. */
  public SentMessagesAssert isEmpty() {
    return hasSize(0);
  }

  /** A command of this name was sent. */
  public SentMessageAssert hasCommand(String name) {
    return has("command '" + name + "'", is(MessageCategory.MESSAGE, Message.COMMAND, name));
  }

  /** A request of this name was sent. */
  public SentMessageAssert hasRequest(String name) {
    return has("request '" + name + "'", is(MessageCategory.RPC, Message.COMMAND, name));
  }

  /** This status was sent. */
  public SentMessageAssert hasStatus(String status) {
    return has("status '" + status + "'", is(MessageCategory.MESSAGE, Message.STATUS, status));
  }

  /** No message of this name was sent, of whatever type. */
  public SentMessagesAssert hasNo(String name) {
    if (actual.all().stream().anyMatch(sent -> sent.message().name().equals(name))) {
      throw failure("sent: %s (expected: no '%s')", actual, name);
    }
    return this;
  }

  private SentMessageAssert has(String what, Predicate<Sent> condition) {
    List<Sent> matching = actual.all().stream().filter(condition).toList();
    if (matching.isEmpty()) {
      throw failure("sent: %s (expected: a %s among them)", actual, what);
    }
    return new SentMessageAssert(matching, what);
  }

  private static Predicate<Sent> is(MessageCategory category, String type, String name) {
    return sent ->
        sent.message().category() == category
            && sent.message().type().equals(type)
            && sent.message().name().equals(name);
  }
}
