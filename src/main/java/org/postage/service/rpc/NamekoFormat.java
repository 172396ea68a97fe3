package org.postage.service.rpc;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.JsonEncoder;
import org.postage.message.MalformedMessageException;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/**
 * nameko's calls, as version 2.14 makes them.
 *
 * @see <a href="https://nameko.readthedocs.io/">nameko</a>
 */
final class NamekoFormat implements RpcFormat {
  private static final Exchange EXCHANGE = Exchange.topic("nameko-rpc");
  // As long as nameko itself keeps a queue whose owner is gone.
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

  private static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }
}
