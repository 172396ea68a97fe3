package org.postage.amqp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.TransportException;

/**
 * Connects to a broker's addresses in turn. A round begins after the address that was lost, and
 * ends when each was tried once. One thread's.
 */
final class Connector {
  private record Failure(BrokerAddress address, Throwable cause) {}

  private final String name;
  private final ConnectionSettings settings;
  private final List<Failure> failures = new ArrayList<>();
  private int position;

  Connector(String name, ConnectionSettings settings) {
    this.name = name;
    this.settings = settings;
  }

  /** One attempt, at the address whose turn it is; null where it failed. */
  @Nullable BrokerConnection tryNext() {
    BrokerAddress address = settings.addresses().get(position);
    try {
      BrokerConnection connection = BrokerConnection.open(settings, address, name);
      failures.clear();
      return connection;
    } catch (IOException | TimeoutException | RuntimeException e) {
      failures.add(new Failure(address, e));
      moveOn();
      return null;
    }
  }

  /** A connection was lost: it is the next address's turn. */
  void moveOn() {
    position = (position + 1) % settings.addresses().size();
  }

  /** Whether every address was tried and failed. */
  boolean isRoundOver() {
    return failures.size() >= settings.addresses().size();
  }

  /** Whether waiting is not likely to help. */
  boolean isLasting() {
    return failures.stream().anyMatch(failure -> Refusals.isLasting(failure.cause));
  }

  /** What went wrong in this round so far, on one line. */
  String reasons() {
    if (failures.size() == 1) {
      return Refusals.why(failures.get(0).cause);
    }
    return failures.stream()
        .map(failure -> failure.address + ": " + Refusals.why(failure.cause))
        .collect(Collectors.joining("; "));
  }

  /** Ends the round: what it came to. */
  TransportException endRound() {
    String text = "cannot connect to " + settings + ": " + reasons();
    List<Failure> all = List.copyOf(failures);
    failures.clear();
    for (Failure failure : all) {
      if (Refusals.translate("", failure.cause) instanceof BrokerRefusedException refused) {
        return new BrokerRefusedException(text, refused.replyCode(), failure.cause);
      }
    }
    return new TransportException(text, all.get(0).cause);
  }
}
