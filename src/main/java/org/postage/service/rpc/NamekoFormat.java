package org.postage.service.rpc;

import java.time.Duration;
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
 * nameko's calls, as version 2.14 makes them.
 *
 * @see <a href="https://nameko.readthedocs.io/">nameko</a>
 */
final class NamekoFormat implements RpcFormat {
  private static final Exchange EXCHANGE = Exchange.topic("nameko-rpc");
  // As long as nameko itself keeps a queue whose owner is gone.
  private static final Pattern UUIDS = Pattern.compile("[0-9a-fA-F-]{32,36}");
  private static final Duration KEPT = Duration.ofMinutes(5);

  @Override
  public Exchange exchange() {
    return EXCHANGE;
  }

  @Override
  public Binding answers(String caller, String id) {
    Queue queue = Queue.named("rpc.reply-" + caller + "-" + id).durable().expires(KEPT);
    return EXCHANGE.to(queue, id);
  }

  @Override
  public String key(String service, String target) {
    return service + "." + target;
  }

  @Override
  public byte[] request(JsonEncoder json, RpcRequest request) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("args", request.args());
    body.put("kwargs", request.kwargs());
    return json.encode(body);
  }

  @Override
  public Map<String, Object> headers(String callId) {
    return Map.of("nameko.call_id_stack", List.of(callId));
  }

  @Override
  public @Nullable Object answer(JsonEncoder json, RpcRequest request, byte[] body) {
    Map<String, @Nullable Object> answer = json.decode(body);
    Object error = answer.get("error");
    if (error instanceof Map<?, ?> failure && !failure.isEmpty()) {
      throw new RemoteException(
          request,
          text(failure.get("exc_type")),
          text(failure.get("value")),
          failure.get("exc_path") instanceof String path ? path : null,
          RpcFormat.list(failure.get("exc_args")));
    } else if (error != null && !(error instanceof Map<?, ?>)) {
      throw new MalformedMessageException("$.error", text(error), "an object or null");
    } else if (!answer.containsKey("result")) {
      throw new MalformedMessageException("$.result", "absent", "the call's result");
    }
    return answer.get("result");
  }

  @Override
  public @Nullable RpcRequest targetsOf(String service) {
    return null;
  }

  @Override
  public String missing(RpcRequest request) {
    return "nameko service '" + request.service() + "'";
  }

  @Override
  public Pattern replyAddresses() {
    return UUIDS;
  }

  @Override
  public List<Binding> requests(String service, Collection<String> targets) {
    return List.of(EXCHANGE.to(Queue.named("rpc-" + service).durable(), service + ".*"));
  }

  @Override
  public Message call(JsonEncoder json, Delivery delivery) {
    Map<String, @Nullable Object> body = json.decode(KombuBody.of(delivery.message()));
    if (!(body.get("args") instanceof List<?> args)
        || !(body.get("kwargs") instanceof Map<?, ?> kwargs)) {
      throw new MalformedMessageException("$", "Message missing `args` or `kwargs`", "both");
    }
    String key = delivery.routingKey();
    return CallSignature.call(key.substring(key.lastIndexOf('.') + 1), args, kwargs);
  }

  @Override
  public Object succeeded(JsonEncoder json, @Nullable Object value) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("result", value);
    answer.put("error", null);
    return answer;
  }

  @Override
  public Object failed(JsonEncoder json, Failure failure, String target) {
    Throwable cause = failure.cause();
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("result", null);
    answer.put(
        "error",
        switch (failure.kind()) {
          case UNREADABLE, UNANSWERABLE, UNSETTLED -> own("MalformedRequest", failure.text());
          case UNHANDLED -> own("MethodNotFound", target);
          case UNFIT -> own("IncorrectSignature", failure.text());
          case REJECTED -> error(RejectMessage.class, failure.text());
          case FAILED ->
              cause instanceof EncodingException
                  ? own("UnserializableValueError", RpcFormat.text(cause))
                  : cause == null
                      ? error(IllegalStateException.class, failure.text())
                      : error(cause.getClass(), RpcFormat.text(cause));
        });
    return answer;
  }

  private static Map<String, Object> own(String type, String text) {
    return error(type, "nameko.exceptions." + type, text);
  }

  private static Map<String, Object> error(Class<?> type, String text) {
    return error(type.getSimpleName(), type.getName(), text);
  }

  private static Map<String, Object> error(String type, String path, String text) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("exc_type", type);
    error.put("exc_path", path);
    error.put("exc_args", List.of(text));
    error.put("value", text);
    return error;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }
}
