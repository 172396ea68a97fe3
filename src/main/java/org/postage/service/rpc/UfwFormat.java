package org.postage.service.rpc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.JsonEncoder;
import org.postage.message.MalformedMessageException;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/**
 * micro_framework's calls, as version 2.1.1 makes them: an answer is JSON within a string of JSON.
 */
final class UfwFormat implements RpcFormat {
  private static final Exchange EXCHANGE = Exchange.topic("ufw-rpc");
  // As micro_framework itself has it.
  private static final Duration KEPT = Duration.ofHours(12);
  private static final int MESSAGE_TTL_MILLIS = 86_400_000;
  private static final String LIST_TARGETS = "__list_targets__";

  @Override
  public Exchange exchange() {
    return EXCHANGE;
  }

  @Override
  public Binding answers(String caller, String id) {
    String name = "ufw-reply-" + id;
    Queue queue =
        Queue.named(name).durable().expires(KEPT).withArgument("x-message-ttl", MESSAGE_TTL_MILLIS);
    return EXCHANGE.to(queue, name);
  }

  @Override
  public String key(String service, String target) {
    return target.startsWith("__") ? service + "._broadcast." + target : service + "." + target;
  }

  @Override
  public byte[] request(JsonEncoder json, RpcRequest request) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("command", request.target());
    body.put("command_args", request.args());
    body.put("command_kwargs", request.kwargs());
    return json.encode(body);
  }

  @Override
  public Map<String, Object> headers(String callId) {
    return Map.of();
  }

  @Override
  public @Nullable Object answer(JsonEncoder json, RpcRequest request, byte[] body) {
    Object answer = json.decodeValue(body);
    if (answer instanceof String inner) {
      answer = json.decodeValue(inner.getBytes(StandardCharsets.UTF_8));
    }
    if (!(answer instanceof Map<?, ?> parts)) {
      throw new MalformedMessageException("$", String.valueOf(answer), "an object");
    }
    if (parts.get("exception") instanceof Map<?, ?> failure) {
      throw new RemoteException(
          request,
          String.valueOf(failure.get("exception")),
          String.valueOf(failure.get("message")),
          failure.get("module") instanceof String module ? module : null,
          RpcFormat.list(failure.get("args")));
    } else if (!parts.containsKey("data")) {
      throw new MalformedMessageException("$.data", "absent", "the call's result");
    }
    return parts.get("data");
  }

  @Override
  public RpcRequest targetsOf(String service) {
    return RpcRequest.of(service, LIST_TARGETS);
  }

  @Override
  public String missing(RpcRequest request) {
    return "target '" + request.target() + "' of service '" + request.service() + "'";
  }
}
