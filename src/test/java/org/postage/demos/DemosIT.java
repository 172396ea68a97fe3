package org.postage.demos;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;

@Tag(RabbitMq.ONLY)
@RabbitMq
@Timeout(600)
class DemosIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String WAITING = "Waiting for messages";

  private final RabbitMqBroker broker;

  DemosIT(RabbitMqBroker broker) {
    this.broker = broker;
  }

  @Test
  void basicEchoIsPrintedByTheReceiver() {
    try (DemoRun demo = run("basic_echo")) {
      assertThat(demo.exitCode()).as(() -> String.join("\n", demo.lines())).isZero();
      assertThat(demo.lines())
          .containsExactly("[receive] Waiting for messages", "[receive] A test message");
    }
  }

  @Test
  void advancedEchoReachesOneReceiverAndThenBoth() {
    try (DemoRun demo = run("advanced_echo")) {
      assertThat(demo.exitCode()).as(() -> String.join("\n", demo.lines())).isZero();
      assertThat(demo.lines())
          .contains("[receive-1] A fanout test message", "[receive-2] A fanout test message")
          .filteredOn(line -> line.endsWith("A single test message"))
          .hasSize(1);
      assertThat(demo.lines())
          .filteredOn(
              line -> line.contains("Message fingerprint: {name=echo_send, type=application, pid="))
          .hasSize(3);
    }
  }

  @Test
  void rpcEchoIsAnswered() {
    try (DemoRun demo = run("rpc_echo")) {
      assertThat(demo.exitCode()).as(() -> String.join("\n", demo.lines())).isZero();
      assertThat(demo.lines())
          .containsExactly(
              "[receive] Waiting for messages",
              "[receive] RPC test message",
              "[send] RPC message received");
    }
  }

  @Test
  void applicationsAnswerAndTakeTurns() {
    try (DemoRun demo = run("application")) {
      assertThat(demo.exitCode()).as(() -> String.join("\n", demo.lines())).isZero();
      assertThat(demo.lines()).filteredOn(line -> line.startsWith("[control] Here is ")).hasSize(3);
      for (String printer : List.of("[printer-1] ", "[printer-2] ")) {
        assertThat(demo.lines())
            .filteredOn(line -> line.startsWith(printer + "Printing page "))
            .hasSize(2);
        assertThat(demo.lines()).contains(printer + "Printing a notice");
      }
      assertThat(demo.lines())
          .contains("[printer-2] Printing a photo", "[scanner] Scanning")
          .doesNotContain("[printer-1] Printing a photo");
    }
  }

  @Test
  void basicEchoFromPythonIsPrinted() {
    try (DemoRun receiver = run("basic_echo", "receive").await(WAITING)) {
      send("echo-rk", "\"A test message\"");

      receiver.await("A test message");
    }
  }

  @Test
  void basicEchoReachesPython() {
    try (PythonPeer receiver = receive("echo-queue:echo-rk", "--limit", "1");
        DemoRun sender = run("basic_echo", "send")) {
      assertThat(receiver.line(LIMIT)).contains("\"parameters\": \"A test message\"");
      assertThat(sender.exitCode()).isZero();
      assertThat(sender.lines()).isEmpty();
    }
  }

  @Test
  void advancedEchoFromPythonIsPrintedWithItsFingerprint() {
    try (DemoRun receiver = run("advanced_echo", "receive").await(WAITING)) {
      send("echo-rk", "\"A single test message\"");
      send("echo-fanout-rk", "\"A fanout test message\"");

      receiver.await("A single test message").await("A fanout test message");
      assertThat(receiver.lines())
          .anyMatch(line -> line.startsWith("Message fingerprint: {name=echo_send, type=appl"));
    }
  }

  @Test
  void advancedEchoReachesPythonWithItsFingerprint() {
    try (PythonPeer receiver =
            receive("echo-queue:echo-rk", "echo-queue-1peer:echo-fanout-rk", "--limit", "2");
        DemoRun sender = run("advanced_echo", "send")) {
      assertThat(List.of(receiver.line(LIMIT), receiver.line(LIMIT)))
          .allMatch(line -> line.contains("\"name\": \"echo_send\", \"type\": \"application\""))
          .anyMatch(line -> line.contains("A single test message"))
          .anyMatch(line -> line.contains("A fanout test message"));
      assertThat(sender.exitCode()).isZero();
    }
  }

  @Test
  void rpcEchoFromPythonIsAnswered() {
    try (DemoRun receiver = run("rpc_echo", "receive").await(WAITING);
        PythonPeer caller =
            PythonPeer.start(
                broker, "call", "echo-exchange", "echo-rk", "echo", "\"RPC test message\"")) {
      assertThat(caller.line(LIMIT))
          .contains("\"type\": \"success\", \"value\": \"RPC message received\"");
      receiver.await("RPC test message");
    }
  }

  @Test
  void rpcEchoIsAnsweredByPython() {
    try (PythonPeer server =
            PythonPeer.start(broker, "serve", "echo-exchange", "echo-queue:echo-rk");
        DemoRun caller = run("rpc_echo", "send")) {
      assertThat(server.line(LIMIT)).contains("\"parameters\": \"RPC test message\"");
      // Our Python server answers with what it was asked.
      caller.await("RPC test message");
      assertThat(caller.exitCode()).isZero();
    }
  }

  @Test
  void pythonApplicationIsFoundByControl() {
    try (PythonPeer printer =
            PythonPeer.start(broker, "application", "printer", "--group", "colour");
        DemoRun control = run("application", "control")) {
      assertThat(control.exitCode()).isZero();
      assertThat(control.lines()).anyMatch(line -> line.matches("Here is printer \\d+@.+"));
      assertThat(printer.line(LIMIT)).contains("\"name\": \"ping\"");
    }
  }

  @Test
  void whoeverIsAloneIsToldThatNobodyListens() {
    broker.node().addVhost("empty");
    String empty = RabbitMqBroker.of(broker.node(), "empty").uri().toString();

    try (DemoRun sender = DemoRun.start(empty, "basic_echo", "send");
        DemoRun caller = DemoRun.start(empty, "rpc_echo", "send");
        DemoRun control = DemoRun.start(empty, "application", "control")) {
      assertThat(sender.exitCode()).isZero();
      assertThat(sender.lines())
          .singleElement(as(STRING))
          .startsWith("ERROR 'echo' was not delivered: nobody listens");
      assertThat(caller.exitCode()).isZero();
      assertThat(caller.lines())
          .hasSize(2)
          .contains("RPC failed")
          .anyMatch(line -> line.startsWith("nobody listens"));
      assertThat(control.exitCode()).isZero();
      assertThat(control.lines())
          .hasSize(2)
          .contains("Nobody is there")
          .anyMatch(line -> line.startsWith("nobody listens"));
    }
  }

  @Test
  void wholeDemoFailsAtOnceWithoutItsBroker() {
    try (DemoRun demo = DemoRun.start("amqp://127.0.0.1:1", "basic_echo")) {
      assertThat(demo.exitCode()).isEqualTo(1);
      assertThat(demo.lines())
          .contains(
              "demos/run: FAILED: there is no broker"
                  + " (expected: one where POSTAGE_HOST or POSTAGE_URI says, or none of them set)");
    }
  }

  private DemoRun run(String... arguments) {
    return DemoRun.start(broker.uri().toString(), arguments);
  }

  private void send(String key, String parameters) {
    try (PythonPeer sender =
        PythonPeer.start(
            broker,
            "send-command",
            "echo-exchange",
            key,
            "echo",
            parameters,
            "--name",
            "echo_send",
            "--type",
            "application")) {
      assertThat(sender.waitFor(LIMIT)).isZero();
    }
  }

  private PythonPeer receive(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "echo-exchange";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return PythonPeer.start(broker, "receive", all);
  }
}
