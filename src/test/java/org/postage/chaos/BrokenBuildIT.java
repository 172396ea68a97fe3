package org.postage.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqNode;
import org.postage.rabbitmq.Requirement;
import org.postage.rabbitmq.Sandbox;

/** The test of the tests: builds of the library with one mistake each, which the ledger sees. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class BrokenBuildIT {
  private static final String AMQP = "org/postage/amqp/";
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private final Sandbox sandbox;

  BrokenBuildIT() throws IOException {
    sandbox = new Sandbox("postage-broken-");
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void buildThatTakesUnconfirmedMessagesForConfirmedIsCaught() throws Exception {
    BrokenBuild.compile(
        AMQP + "OutgoingMessages.java",
        "backlog.addFirst(publish);",
        "publish.end();",
        sandbox.directory());

    assertIsCaught("B1", "broken: unconfirmed taken for confirmed", "G1");
  }

  @Test
  void buildThatAcknowledgesBeforeItHandlesIsCaught() throws Exception {
    BrokenBuild.compile(
        AMQP + "QueueConsumer.java",
        "acks.settle(deliveryTag, delivery, subscription.handle(delivery));",
        "acks.settle(deliveryTag, delivery, Outcome.ACK); acks.flush();"
            + " subscription.handle(delivery);",
        sandbox.directory());

    assertIsCaught("B2", "broken: acknowledged before handled", "G3");
  }

  private void assertIsCaught(String name, String title, String scenario) throws IOException {
    String played = played(scenario);
    int lost = number(played, ChaosProgram.LOST);

    Report report = new Report(name, title);
    report.attempted(number(played, ChaosProgram.SENT));
    report.faults(number(played, ChaosProgram.FAULTS));
    report.figure("lost", lost);
    report.note(scenario + " in short: lost has to be more than 0 here");
    Chaos.enter(report);
    assertThat(lost).isPositive();
  }

  private static int number(String played, String what) {
    return played
        .lines()
        .filter(line -> line.startsWith(what))
        .mapToInt(line -> Integer.parseInt(line.substring(what.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError(played));
  }

  /** Plays a scenario in a JVM that finds the broken classes first; what that printed. */
  private String played(String scenario) throws IOException {
    Requirement.require(RabbitMqNode.isInstalled(), "RabbitMQ is not installed");
    Path output = sandbox.directory().resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            sandbox.directory() + File.pathSeparator + System.getProperty("java.class.path"),
            ChaosProgram.class.getName(),
            scenario);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process program = sandbox.start(builder);
    boolean isEnded = sandbox.awaitEnd(program, LIMIT);
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(isEnded).as(text).isTrue();
    return text;
  }
}
