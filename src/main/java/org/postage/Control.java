package org.postage;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may steer a processor by messages: {@code quit} and {@code restart}, and for applications
 * {@code join_group} and {@code leave_group}. Whoever can publish to the exchange can send them,
 * unless it is limited here.
 *
 * <p>Immutable and thread-safe.
 */
public final class Control {
  private final boolean allowsAll;
  private final Set<String> userIds;

  private Control(boolean allowsAll, Set<String> userIds) {
    this.allowsAll = allowsAll;
    this.userIds = userIds;
  }

  /** Everybody, as the protocol has it: the default. */
  public static Control byAnybody() {
    return new Control(true, Set.of());
  }

  /** Nobody: such messages are acknowledged and do nothing. */
  public static Control byNobody() {
    return new Control(false, Set.of());
  }

  /**
   * Only messages with one of these in AMQP's {@code user_id}, which the broker verifies: a sender
   * can't set another than its own.
   *
   * @see <a href="https://www.rabbitmq.com/docs/validated-user-id">RabbitMQ: validated user id</a>
   */
  public static Control byUsers(String... userIds) {
    return new Control(false, Set.of(userIds));
  }

  boolean allows(@Nullable String userId) {
    return allowsAll || (userId != null && userIds.contains(userId));
  }
}
