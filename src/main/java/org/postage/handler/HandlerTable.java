package org.postage.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.MessageKey;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.Pipeline;
import org.postage.transport.Outcome;

/**
 * Which code runs for which message. Immutable and thread-safe. A look-up costs the same with one
 * row and a thousand.
 */
public final class HandlerTable {
  /**
   * One handler, with all that is around it.
   *
   * @param info what it was declared with
   * @param lastResort what runs when it has failed for good
   */
  record Row(
      HandlerInfo info,
      Interceptor.Next<Invocation, Outcome> step,
      Optional<Interceptor.Next<Invocation, Outcome>> lastResort) {}

  /**
   * What is known of all messages with one key.
   *
   * @param rows all that run for them; of those for a request, the most exact one
   * @param label the key in words, for logs
   */
  record Match(List<Row> rows, String label) {}

  private final Map<MessageKey, List<Row>> rows;
  // Of those keys only that handlers name: others are as many as senders like.
  private final Map<MessageKey, Match> matches;

  private final boolean hasRequests;

  private HandlerTable(Map<MessageKey, List<Row>> rows, boolean hasRequests) {
    this.rows = rows;
    this.hasRequests = hasRequests;
    Map<MessageKey, Match> found = new HashMap<>();
    rows.keySet().forEach(key -> found.put(key, found(key)));
    matches = Map.copyOf(found);
  }

  /**
   * Compiles handlers.
   *
   * @throws IllegalArgumentException if two of them answer one request; it names both
   */
  static HandlerTable of(
      List<CompiledHandler> handlers, List<Interceptor<Invocation, Outcome>> interceptors) {
    Map<MessageKey, CompiledHandler> answering = new HashMap<>();
    Map<MessageKey, List<Row>> rows = new HashMap<>();
    for (CompiledHandler handler : handlers) {
      if (handler.key().category() == MessageCategory.RPC) {
        CompiledHandler earlier = answering.get(handler.key());
        if (earlier != null && !earlier.givesWayTo(handler)) {
          if (handler.givesWayTo(earlier)) {
            continue;
          }
          throw new IllegalArgumentException(
              "two handlers of "
                  + handler.key()
                  + ": "
                  + earlier.info().id()
                  + " and "
                  + handler.info().id()
                  + " (expected: one, since a request has one answer)");
        }
        answering.put(handler.key(), handler);
        rows.remove(handler.key());
      }
      rows.computeIfAbsent(handler.key(), key -> new ArrayList<>())
          .add(
              new Row(
                  handler.info(),
                  Pipeline.around(interceptors, handler.step()),
                  handler.lastResort()));
    }
    rows.replaceAll((key, steps) -> List.copyOf(steps));
    boolean hasRequests = answering.values().stream().anyMatch(handler -> !handler.isReplaceable());
    return new HandlerTable(Map.copyOf(rows), hasRequests);
  }

  /** Whether a user's handler answers requests. */
  public boolean hasRequests() {
    return hasRequests;
  }

  /** Whether a handler says how it is tried again. */
  public boolean hasRetries() {
    return rows.values().stream()
        .flatMap(List::stream)
        .anyMatch(row -> row.info().retry().isPresent());
  }

  Match lookUp(MessageKey key) {
    Match known = matches.get(key);
    return known == null ? found(key) : known;
  }

  private Match found(MessageKey key) {
    return new Match(rowsFor(key), key.toString());
  }

  private List<Row> rowsFor(MessageKey key) {
    List<Row> exact = rows.getOrDefault(key, List.of());
    if (key.category() == MessageCategory.RPC) {
      return exact.isEmpty() && key.type().equals(Message.COMMAND)
          ? row(key, Message.COMMAND, MessageHandler.ANY)
          : exact;
    }
    // A set: a message may itself be called "*", and is no reason to run a handler twice.
    Set<Row> all = new LinkedHashSet<>(exact);
    all.addAll(row(key, key.type(), MessageHandler.ANY));
    all.addAll(row(key, MessageHandler.ANY, key.name()));
    all.addAll(row(key, MessageHandler.ANY, MessageHandler.ANY));
    return all.size() == exact.size() ? exact : List.copyOf(all);
  }

  private List<Row> row(MessageKey key, String type, String name) {
    return rows.getOrDefault(new MessageKey(key.category(), type, name), List.of());
  }
}
