package org.postage.rabbitmq;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A node for a script: prints its port on one line, and ends at the end of its input, which comes
 * at the latest when whoever started it has ended.
 */
final class RabbitMqMain {
  private RabbitMqMain() {}

  public static void main(String[] args) throws IOException {
    if (!RabbitMqNode.isInstalled()) {
      System.err.println(RabbitMqNode.REMEDY);
      System.exit(1);
    }
    try (RabbitMqNode node = RabbitMqNode.start()) {
      System.out.println(node.port());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
