package org.postage.rabbitmq;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Three RabbitMQ nodes of the test's own that form a cluster. The smaller side of a partition
 * pauses ({@code pause_minority}). For one thread at a time.
 */
public final class RabbitMqCluster implements AutoCloseable {
  private static final int SIZE = 3;
  private static final String[] SETTINGS = {
    "cluster_partition_handling = pause_minority",
    // After this long, in seconds, the others take a silent node for dead; 60 by default.
    "net_ticktime = 15"
  };

  private final List<RabbitMqNode> nodes = new ArrayList<>();

  private RabbitMqCluster() {}

  /** Starts the nodes and waits until they are one cluster. Skips or fails as a node does. */
  public static RabbitMqCluster start() {
    RabbitMqCluster cluster = new RabbitMqCluster();
    try {
      RabbitMqNode first = RabbitMqNode.start(List.of(), SETTINGS);
      cluster.nodes.add(first);
      while (cluster.nodes.size() < SIZE) {
        RabbitMqNode member = first.startBeside(SETTINGS);
        cluster.nodes.add(member);
        member.ctl("stop_app");
        member.ctl("join_cluster", first.name());
        member.ctl("start_app");
      }
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** All of them, always in the same order. */
  public List<RabbitMqNode> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** The others. */
  public List<RabbitMqNode> without(RabbitMqNode node) {
    return nodes.stream().filter(other -> other != node).toList();
  }

  /**
   * The node where the leader of a quorum queue of the virtual host {@code /} is; empty while no
   * node knows.
   *
   * @param queue letters, digits, hyphen, dot
   */
  public Optional<RabbitMqNode> leader(String queue) {
    for (RabbitMqNode asked : nodes) {
      String name = asked.ctl("eval", "ra_leaderboard:lookup_leader('%2F_" + queue + "').");
      for (RabbitMqNode node : nodes) {
        if (name.contains(node.name())) {
          return Optional.of(node);
        }
      }
    }
    return Optional.empty();
  }

  /** Cuts a node off from the others: they no longer agree on the cookie. */
  public void isolate(RabbitMqNode node) {
    node.ctl("eval", "[erlang:set_cookie(N, wrong) || N <- " + others(node) + "].");
    node.ctl("eval", "[erlang:disconnect_node(N) || N <- " + others(node) + "].");
  }

  /** Lets a node find the others again. */
  public void reconnect(RabbitMqNode node) {
    node.ctl(
        "eval",
        "[begin erlang:set_cookie(N, erlang:get_cookie()), net_kernel:connect_node(N) end || N <- "
            + others(node)
            + "].");
  }

  /** Whether each of them knows all others as running. */
  public boolean isWhole() {
    return nodes.stream()
        .allMatch(
            node ->
                node.ctl("eval", "length(rabbit_mnesia:cluster_nodes(running)).")
                    .strip()
                    .equals("" + SIZE));
  }

  private String others(RabbitMqNode node) {
    return without(node).stream()
        .map(other -> "'" + other.name() + "'")
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Override
  public void close() {
    // The first has the port mapper of all.
    for (int i = nodes.size() - 1; i >= 0; i--) {
      nodes.get(i).close();
    }
  }
}
