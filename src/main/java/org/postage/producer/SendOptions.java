package org.postage.producer;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postage.topology.Destination;

/** What one call says about how its message is sent. Used on one thread. */
final class SendOptions {
  @Nullable String key;
  List<Destination> destinations = List.of();
  Duration timeout = Duration.ofSeconds(30);
  int maxRetry = 4;
  int maxReplies = Integer.MAX_VALUE;
  boolean isPersistent = true;
  @Nullable Duration delay;

  private SendOptions() {}

  static SendOptions of(@Nullable SendOption... options) {
    SendOptions result = new SendOptions();
    for (SendOption option : options) {
      if (option == null) {
        throw new NullPointerException(
            "options: null among them (expected: SendOption.key(..) and the like)");
      }
      option.applyTo(result);
    }
    return result;
  }

  /**
   * Where to send, given where the producer sends by itself. Destinations win over a key, as Python
   * Postage's documentation has it.
   */
  List<Destination> destinationsOr(List<Destination> standard) {
    if (!destinations.isEmpty()) {
      return destinations;
    } else if (key == null) {
      return standard;
    } else if (standard.isEmpty()) {
      throw new IllegalArgumentException(
          "key: '"
              + key
              + "' without an exchange (expected: to(exchange.withKey(..)), since this producer has no"
              + " destinations)");
    }
    return List.of(standard.get(0).exchange().withKey(key));
  }
}
