package org.postage.service.rpc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.EncodingException;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.CallSignature;
import org.postage.handler.Failure;
import org.postage.handler.RejectMessage;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;
import org.postage.transport.Delivery;

/**
 * micro_framework's calls, as version 2.1.1 makes them: an answer is JSON within a string of JSON.
 */
final class UfwFormat implements RpcFormat {
  private static final Exchange EXCHANGE = Exchange.topic("ufw-rpc");
  // As micro_framework itself has it.
  private static final Pattern REPLIES = Pattern.compile("ufw-reply-[0-9a-fA-F-]{32,36}");
  private static final Duration KEPT = Duration.ofHours(12);
  private static final int MESSAGE_TTL_MILLIS = 86_400_000;
  private static final String OWN = "micro_framework.exceptions";
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

  @Override
  public Pattern replyAddresses() {
    return REPLIES;
  }

  @Override
  public List<Binding> requests(String service, Collection<String> targets) {
    List<Binding> queues = new ArrayList<>();
    for (String target : targets) {
      if (!target.startsWith("__")) {
        Queue queue = Queue.named("rpc-" + service + "-" + target).durable();
        queues.add(EXCHANGE.to(queue, key(service, target)));
      }
    }
    Queue introspection = Queue.named("rpc-" + service + "-broadcast").durable();
    queues.add(EXCHANGE.to(introspection, service + "._broadcast.*"));
    return queues;
  }

  @Override
  public Message call(JsonEncoder json, Delivery delivery) {
    Object body = json.decodeValue(KombuBody.of(delivery.message()));
    if (body instanceof String inner) {
      body = json.decodeValue(inner.getBytes(StandardCharsets.UTF_8));
    }
    if (!(body instanceof Map<?, ?> parts) || !(parts.get("command") instanceof String command)) {
      throw new MalformedMessageException(
          "$.command", "unknown message structure", "an object with a command");
    }
    Object args = parts.get("command_args");
    Object kwargs = parts.get("command_kwargs");
    if ((args != null && !(args instanceof List<?>))
        || (kwargs != null && !(kwargs instanceof Map<?, ?>))) {
      throw new MalformedMessageException(
          "$.command_args", "unknown message structure", "a list, and an object of kwargs");
    }
    return CallSignature.call(
        command, RpcFormat.list(args), kwargs instanceof Map<?, ?> map ? map : Map.of());
  }

  @Override
  public Object succeeded(JsonEncoder json, @Nullable Object value) {
    return answer(json, value, null);
  }

  @Override
  public Object failed(JsonEncoder json, Failure failure, String target) {
    Throwable cause = failure.cause();
    return switch (failure.kind()) {
      case UNREADABLE, UNANSWERABLE, UNSETTLED ->
          answer(json, null, error(OWN, "RPCMalformedMessage", failure.text()));
      case UNHANDLED ->
          answer(
              json,
              null,
              error(
                  OWN,
                  "RPCTargetDoesNotExist",
                  target + " does not exist or is not exposed through a RPC method."));
      case UNFIT -> answer(json, null, error(null, "TypeError", failure.text()));
      case REJECTED ->
          answer(
              json,
              null,
              error(RejectMessage.class.getPackageName(), "RejectMessage", failure.text()));
      case FAILED ->
          answer(
              json,
              null,
              cause == null || cause instanceof EncodingException
                  ? error(null, "TypeError", cause == null ? failure.text() : RpcFormat.text(cause))
                  : error(
                      cause.getClass().getPackageName(),
                      cause.getClass().getSimpleName(),
                      RpcFormat.text(cause)));
    };
  }

  // JSON within JSON: what its callers read, and all that they read.
  private static String answer(
      JsonEncoder json, @Nullable Object data, @Nullable Map<String, @Nullable Object> exception) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("data", data);
    answer.put("exception", exception);
    return new String(json.encodeValue(answer), StandardCharsets.UTF_8);
  }

  private static Map<String, @Nullable Object> error(
      @Nullable String module, String type, String text) {
    Map<String, @Nullable Object> error = new LinkedHashMap<>();
    error.put("exception", type);
    error.put("message", text);
    error.put("args", List.of(text));
    error.put("kwargs", Map.of());
    error.put("module", module);
    return error;
  }
}
