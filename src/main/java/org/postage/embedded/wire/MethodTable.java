package org.postage.embedded.wire;

import com.rabbitmq.client.impl.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;

/** Which code answers which method of the protocol. */
final class MethodTable {
  private final Map<Class<?>, Consumer<Method>> handlers = new HashMap<>();

  <M extends Method> MethodTable on(Class<M> type, Consumer<M> handler) {
    handlers.put(type, method -> handler.accept(type.cast(method)));
    return this;
  }

  /** Refuses what only a server sends, and what this one does not know. */
  void handle(Method method) {
    Consumer<Method> handler = handlers.get(method.getClass());
    if (handler == null) {
      throw new Refusal(ReplyCode.COMMAND_INVALID, "unimplemented method");
    }
    handler.accept(method);
  }
}
