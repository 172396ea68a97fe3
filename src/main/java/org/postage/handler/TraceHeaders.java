package org.postage.handler;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.pipeline.Context;
import org.postage.transport.RawMessage;

/**
 * Which trace a message belongs to. What is not written as W3C has it is not handed on.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C: trace context</a>
 */
final class TraceHeaders {
  private static final Pattern PARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final Pattern STATE = Pattern.compile("[\\x20-\\x7e]{1,512}");

  private TraceHeaders() {}

  static Map<String, String> of(RawMessage message) {
    String parent = message.textHeader(Context.TRACE_PARENT);
    if (parent == null || !PARENT.matcher(parent).matches()) {
      return Map.of();
    }
    Map<String, String> trace = new LinkedHashMap<>();
    trace.put(Context.TRACE_PARENT, parent);
    String state = message.textHeader(Context.TRACE_STATE);
    if (state != null && STATE.matcher(state).matches()) {
      trace.put(Context.TRACE_STATE, state);
    }
    return trace;
  }

  /** The trace's id; null without a trace. */
  static @Nullable String id(Map<String, String> trace) {
    String parent = trace.get(Context.TRACE_PARENT);
    return parent == null ? null : parent.substring(3, 35);
  }
}
