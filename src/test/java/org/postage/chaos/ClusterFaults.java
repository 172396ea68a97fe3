package org.postage.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMqCluster;
import org.postage.rabbitmq.RabbitMqNode;

/**
 * What is done to a cluster, each entered into the time line, and connections that know all its
 * nodes. For one thread.
 */
final class ClusterFaults {
  private static final Duration ELECTED = Duration.ofSeconds(30);
  private static final Duration REJOINED = Duration.ofSeconds(30);
  private static final Duration WHOLE = Duration.ofSeconds(90);

  private final RabbitMqCluster cluster;
  private final Stage stage;
  private int restarts;

  ClusterFaults(Stage stage) {
    this.stage = stage;
    cluster = Chaos.cluster();
  }

  List<RabbitMqNode> nodes() {
    return cluster.nodes();
  }

  /** For a connection that knows all nodes and tries this one first; it misses a dead one soon. */
  Postage.Builder from(RabbitMqNode first) {
    List<RabbitMqNode> others = cluster.without(first);
    return stage
        .direct()
        .addresses(address(first), others.stream().map(this::address).toArray(String[]::new))
        .heartbeat(Duration.ofSeconds(2));
  }

  private String address(RabbitMqNode node) {
    return RabbitMqNode.HOST + ":" + node.port();
  }

  /** Where the leader of the stage's queue is, when all nodes are up. */
  RabbitMqNode leader() {
    AtomicReference<Optional<RabbitMqNode>> found = new AtomicReference<>(Optional.empty());
    boolean ignored =
        Stage.within(
            ELECTED,
            () -> {
              found.set(cluster.leader(stage.queue().name()));
              return found.get().isPresent();
            });
    RabbitMqNode leader = found.get().orElseThrow();
    stage.timeLine().note("the leader is " + leader.name());
    return leader;
  }

  /** A node is killed with signal 9 and started again. */
  void kill(RabbitMqNode node) {
    TimeLine.Fault fault = stage.timeLine().begin("kill -9 " + node.name(), true);
    node.kill();
    node.restart();
    fault.isHealed();
  }

  /**
   * A node stands still for a while, with all connections open. If the others do not take it back
   * afterwards, it is killed and started again, which is all that an operator can do then: a node
   * that went on before it was missed, or that did not see that it was alone, does not pause, and
   * RabbitMQ never joins those two sides by itself.
   */
  void freeze(RabbitMqNode node, Duration time) {
    TimeLine.Fault fault = stage.timeLine().begin("SIGSTOP " + node.name(), true);
    node.stopProcess();
    try {
      Stage.pass(time);
    } finally {
      node.continueProcess();
    }
    fault.isHealed();
    if (!Stage.within(REJOINED, this::isWhole)) {
      stage.timeLine().note("still split: " + node.name() + " has to be restarted");
      kill(node);
      restarts++;
    }
  }

  /** How many nodes had to be restarted to make the cluster whole. */
  int restarts() {
    return restarts;
  }

  /** A node is cut off from the others for a while. */
  void isolate(RabbitMqNode node, Duration time, Runnable meanwhile) {
    TimeLine.Fault fault = stage.timeLine().begin("cut off " + node.name(), true);
    long end = System.nanoTime() + time.toNanos();
    cluster.isolate(node);
    try {
      meanwhile.run();
      Stage.pass(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    } finally {
      cluster.reconnect(node);
    }
    fault.isHealed();
  }

  /** Two nodes are killed with signal 9, and started again after a while. */
  void killBoth(RabbitMqNode one, RabbitMqNode other, Duration time, Runnable meanwhile) {
    TimeLine.Fault fault =
        stage.timeLine().begin("kill -9 " + one.name() + " and " + other.name(), true);
    long end = System.nanoTime() + time.toNanos();
    one.kill();
    other.kill();
    meanwhile.run();
    Stage.pass(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    one.restart();
    other.restart();
    fault.isHealed();
  }

  /** Waits until all nodes are one cluster again. */
  void awaitWhole(Report report) {
    report.complainUnless(Stage.within(WHOLE, this::isWhole), "the cluster is not whole again");
  }

  private boolean isWhole() {
    try {
      return cluster.isWhole();
    } catch (IllegalStateException down) {
      return false;
    }
  }
}
