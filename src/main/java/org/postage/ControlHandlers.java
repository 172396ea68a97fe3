package org.postage;

import org.postage.handler.MessageHandler;
import org.postage.handler.Processor;
import org.postage.message.SafeText;
import org.postage.transport.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands that every processor handles: {@code quit} and {@code restart}. Thread-safe. */
final class ControlHandlers {
  private static final Logger LOG = LoggerFactory.getLogger(ControlHandlers.class);

  private final Control control;
  private final Runnable restart;

  ControlHandlers(Control control, Runnable restart) {
    this.control = control;
    this.restart = restart;
  }

  @MessageHandler("quit")
  void quit(Processor processor, Delivery delivery) {
    if (isAllowed(control, "quit", processor, delivery)) {
      processor.stop();
    }
  }

  @MessageHandler("restart")
  void restart(Processor processor, Delivery delivery) {
    if (isAllowed(control, "restart", processor, delivery)) {
      restart.run();
    }
  }

  static boolean isAllowed(
      Control control, String command, Processor processor, Delivery delivery) {
    String userId = delivery.message().userId();
    boolean isAllowed = control.allows(userId);
    if (isAllowed) {
      LOG.info("{}: {} from user id {}", processor.name(), command, SafeText.of(userId));
    } else {
      LOG.warn(
          "{}: ignored {} from user id {} (expected: one that Control allows)",
          processor.name(),
          command,
          SafeText.of(userId));
    }
    return isAllowed;
  }
}
