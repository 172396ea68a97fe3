package org.postage;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.handler.MessageHandler;
import org.postage.handler.Processor;
import org.postage.handler.RpcHandler;
import org.postage.message.Param;
import org.postage.transport.Delivery;

/**
 * What every application handles: {@code ping}, {@code join_group}, {@code leave_group}.
 * Thread-safe.
 */
final class ApplicationHandlers {
  private final GenericApplication application;
  private final Control control;

  ApplicationHandlers(GenericApplication application, Control control) {
    this.application = application;
    this.control = control;
  }

  @RpcHandler("ping")
  Map<String, @Nullable Object> ping(Processor processor) {
    return processor.fingerprint().asMap();
  }

  @MessageHandler("join_group")
  void joinGroup(@Param("group_name") String group, Processor processor, Delivery delivery) {
    if (ControlHandlers.isAllowed(control, "join_group", processor, delivery)) {
      application.joinGroup(group, processor);
    }
  }

  @MessageHandler("leave_group")
  void leaveGroup(@Param("group_name") String group, Processor processor, Delivery delivery) {
    if (ControlHandlers.isAllowed(control, "leave_group", processor, delivery)) {
      application.leaveGroup(group, processor);
    }
  }
}
