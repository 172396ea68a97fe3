package org.postage.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

// Starting a node takes seconds: one serves all tests but those of its end.
@Tag(RabbitMq.ONLY)
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RabbitMqNodeIT {
  private static final int DEADLINE_SECONDS = 90;

  private final RabbitMqNode node = RabbitMqNode.start(List.of("from-the-start"));

  @AfterAll
  void closeNode() {
    node.close();
  }

  @Test
  void startsWithTheVirtualHostsItWasGiven() throws Exception {
    try (Connection connection = RabbitMqBroker.of(node, "from-the-start").connect()) {
      assertThat(connection.isOpen()).isTrue();
    }
    assertThat(node.ctl("list_vhosts", "--no-table-headers").lines())
        .contains("/", "from-the-start");
  }

  @Test
  void addedVirtualHostCanBeUsedWhateverItsName() throws Exception {
    String name = "a \"b\"/c>>\u00e4";

    node.addVhost(name);

    try (Connection connection = RabbitMqBroker.of(node, name).connect()) {
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void failedCommandSaysWhatRabbitmqctlSaid() {
    assertThatThrownBy(() -> node.ctl("delete_vhost", "nowhere"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("rabbitmqctl delete_vhost nowhere: exit code ")
        .hasMessageContaining("Virtual host 'nowhere' does not exist");
  }

  @Test
  void logTellsOfRefusedPassword() {
    long position = node.logPosition();
    RabbitMqBroker wrong =
        new RabbitMqBroker(RabbitMqNode.HOST, node.port(), "guest", "wrong", "/", node, null);

    assertThatThrownBy(wrong::connect).hasMessageContaining("ACCESS_REFUSED");

    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(node.logSince(position)).contains("user 'guest' - invalid credentials"));
    assertThat(node.log()).contains("Server startup complete", "invalid credentials");
  }

  @Test
  void persistentMessageInDurableQueueSurvivesKillAndRestart() throws Exception {
    int port = node.port();
    long killed = node.pid();
    try (Connection connection = RabbitMqBroker.of(node, "/").connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("kept", true, false, false, Map.of());
      channel.confirmSelect();
      channel.basicPublish(
          "", "kept", MessageProperties.PERSISTENT_TEXT_PLAIN, "still here".getBytes(UTF_8));
      channel.waitForConfirmsOrDie(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
    }

    node.kill();
    assertThat(Sandbox.isRunning(killed)).isFalse();
    node.restart();

    assertThat(node.pid()).isNotEqualTo(killed);
    assertThat(node.port()).isEqualTo(port);
    try (Connection connection = RabbitMqBroker.of(node, "/").connect();
        Channel channel = connection.createChannel()) {
      GetResponse response = channel.basicGet("kept", true);
      assertThat(response.getBody()).asString(UTF_8).isEqualTo("still here");
    }
  }

  @Test
  void frozenNodeAnswersOnlyAfterItContinues() throws Exception {
    try (Connection connection = RabbitMqBroker.of(node, "/").connect();
        Channel channel = connection.createChannel()) {
      node.stopProcess();
      CompletableFuture<String> declared =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return channel.queueDeclare().getQueue();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThatThrownBy(() -> declared.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);

      node.continueProcess();

      assertThat(declared.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).startsWith("amq.gen-");
    }
  }

  @Test
  void secondNodeStartsInTimeMeetsNobodyAndLeavesNothing() throws Exception {
    Set<Long> before = descendants();
    long start = System.nanoTime();
    RabbitMqNode second = RabbitMqNode.start();
    Duration startTook = Duration.ofNanos(System.nanoTime() - start);
    Set<Long> processes = descendants();
    processes.removeAll(before);
    try (Connection connection = RabbitMqBroker.of(second, "/").connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("only-here", false, false, false, Map.of());
    }
    String queuesOfFirst = node.ctl("list_queues", "name");
    String nodesSeenByFirst = node.ctl("eval", "[node() | nodes()].");
    String nodesSeenBySecond = second.ctl("eval", "[node() | nodes()].");

    start = System.nanoTime();
    second.close();
    Duration closeTook = Duration.ofNanos(System.nanoTime() - start);

    assertThat(startTook).isLessThan(Duration.ofSeconds(DEADLINE_SECONDS));
    assertThat(queuesOfFirst).doesNotContain("only-here");
    assertThat(nodesSeenByFirst).isEqualToIgnoringWhitespace("[" + node.name() + "]");
    assertThat(nodesSeenBySecond).isEqualToIgnoringWhitespace("[" + second.name() + "]");
    assertThat(closeTook).isLessThan(Duration.ofSeconds(20));
    assertThat(second.directory()).doesNotExist();
    // epmd, the node, erl_child_setup, two of inet_gethost, the disk monitor's shell, our guard.
    assertThat(processes).hasSizeGreaterThan(5).noneMatch(Sandbox::isRunning);
  }

  private static Set<Long> descendants() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(HashSet::new));
  }
}
