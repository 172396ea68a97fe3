package org.postage.chaos;

import java.time.Duration;
import org.postage.rabbitmq.RabbitMqNode;

/** What is done to a node and to the links to it, each entered into the time line. One thread's. */
final class Faults {
  private final RabbitMqNode node;
  private final TimeLine timeLine;

  Faults(RabbitMqNode node, TimeLine timeLine) {
    this.node = node;
    this.timeLine = timeLine;
  }

  /** The node is killed with signal 9 and started again. */
  void kill() {
    TimeLine.Fault fault = timeLine.begin("kill -9", true);
    node.kill();
    fault.isOver();
    node.restart();
    fault.isHealed();
  }

  /** The node stands still, with all connections open. */
  void freezeBroker(Duration time, Runnable meanwhile) {
    TimeLine.Fault fault = timeLine.begin("SIGSTOP", true);
    long end = System.nanoTime() + time.toNanos();
    node.stopProcess();
    try {
      meanwhile.run();
      Stage.pass(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    } finally {
      node.continueProcess();
    }
    fault.isHealed();
  }

  /** The node is short of memory and reads from no connection that publishes. */
  void alarm(Duration time, Runnable meanwhile) {
    TimeLine.Fault fault = timeLine.begin("memory alarm", false);
    long end = System.nanoTime() + time.toNanos();
    node.ctl("set_vm_memory_high_watermark", "0");
    try {
      meanwhile.run();
      Stage.pass(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    } finally {
      node.ctl("set_vm_memory_high_watermark", "0.4");
    }
    fault.isHealed();
  }

  /** The broker closes all connections with a reason. */
  void closeConnections() {
    TimeLine.Fault fault = timeLine.begin("close_all_connections", true);
    node.ctl("close_all_connections", "closed by the scenario");
    fault.isHealed();
  }

  /** Something that happens to connections in a moment. */
  void cut(String what, Runnable cut) {
    TimeLine.Fault fault = timeLine.begin(what, true);
    cut.run();
    fault.isHealed();
  }

  /** Nothing goes through the proxy for a while, one way or both. */
  void freezeLinks(FaultyProxy proxy, boolean up, boolean down, Duration time, Runnable meanwhile) {
    String ways = (up ? " up" : "") + (down ? " down" : "");
    TimeLine.Fault fault = timeLine.begin("links frozen" + ways, true);
    long end = System.nanoTime() + time.toNanos();
    proxy.freeze(up, down);
    try {
      meanwhile.run();
      Stage.pass(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    } finally {
      proxy.thaw();
    }
    fault.isHealed();
  }
}
