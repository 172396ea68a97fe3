package org.postage.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postage.producer.SendOption.maxReplies;
import static org.postage.producer.SendOption.timeout;
import static org.postage.producer.SendOption.to;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.GenericApplication;
import org.postage.Heard;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.MessageHandler;
import org.postage.message.Fingerprint;
import org.postage.message.Param;
import org.postage.producer.Command;
import org.postage.producer.Replies;
import org.postage.producer.Rpc;
import org.postage.producer.SendOption;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Address;

/** Applications of both languages address each other. */
@RabbitMq
@Timeout(600)
class PythonApplicationIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String EXCHANGE = Address.EXCHANGE.name();

  interface Remote {
    @Rpc("ping")
    Fingerprint ping(SendOption... options);

    @Rpc("ping")
    Replies<Fingerprint> pingAll(SendOption... options);

    void message_join_group(@Param("group_name") String group, SendOption... options);

    void message_leave_group(@Param("group_name") String group, SendOption... options);

    @Command("note")
    void note(String text, SendOption... options);
  }

  private static final class Notes {
    final Heard<String> heard = new Heard<>();

    @MessageHandler("note")
    void note(String text) {
      heard.add(text);
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final Remote remote;
  private final String name = TestPostage.unique("app");

  PythonApplicationIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
    remote = postage.producer(Remote.class, Address.all(name).destination());
  }

  @AfterEach
  void close() {
    postage.close();
  }

  @Test
  void pythonApplicationAnswersPingOnEachOfItsKeys() {
    try (PythonPeer python = PythonPeer.start(broker, "application", name)) {
      String pid = "" + python.pid();
      String host = postage.fingerprint().host();

      for (Address address :
          new Address[] {
            Address.all(name),
            Address.one(name),
            Address.allOnHost(name, host),
            Address.oneOnHost(name, host),
            Address.instance(pid, host)
          }) {
        assertThat(remote.ping(to(address)))
            .as(address.routingKey())
            .returns(name, Fingerprint::name)
            .returns(pid, Fingerprint::pid)
            .returns(host, Fingerprint::host);
      }
    }
  }

  @Test
  void pythonApplicationJoinsAndLeavesGroupsWhenJavaSaysSo() {
    try (PythonPeer python = PythonPeer.start(broker, "application", name)) {
      remote.message_join_group("blue");
      remote.ping(); // Handled in order: the group is joined before this is answered.
      remote.note("in", to(Address.allInGroup(name, "blue")));
      remote.message_leave_group("blue");
      remote.ping();
      remote.note("out", to(Address.allInGroup(name, "blue")));
      remote.ping();

      assertThat(python.allLines())
          .filteredOn(line -> line.contains("\"note\""))
          .singleElement()
          .matches(line -> Seen.json(line).at("/body/content/parameters").textValue().equals("in"));
    }
  }

  @Test
  void pingOfAllReachesApplicationsOfBothLanguages() {
    try (PythonPeer python = PythonPeer.start(broker, "application", name);
        GenericApplication java = postage.application(name).start()) {

      try (Replies<Fingerprint> replies = remote.pingAll(maxReplies(2), timeout(LIMIT))) {
        assertThat(replies.toList())
            .extracting(Fingerprint::pid)
            .containsExactlyInAnyOrder("" + python.pid(), java.fingerprint().pid());
      }
    }
  }

  @Test
  void javaApplicationAnswersPingOfPython() {
    try (GenericApplication java = postage.application(name).start();
        PythonPeer python = PythonPeer.start(broker, "call", EXCHANGE, name, "ping")) {

      assertThat(Seen.by(python).at("/content/value"))
          .isEqualTo(Seen.json(asJson(java.fingerprint().asMap())));
    }
  }

  @Test
  void javaApplicationJoinsAndLeavesGroupsWhenPythonSaysSo() {
    Notes notes = new Notes();
    try (GenericApplication java = postage.application(name).handlers(notes).start()) {
      send(name, "join_group", "{\"group_name\": \"blue\"}");
      await().atMost(LIMIT).until(() -> java.groups().contains("blue"));
      send(name + "#blue", "note", "\"to all in the group\"");
      assertThat(notes.heard.next()).isEqualTo("to all in the group");
      send(name + "#blue/rr", "note", "\"to one in the group\"");
      assertThat(notes.heard.next()).isEqualTo("to one in the group");

      send(name, "leave_group", "{\"group_name\": \"blue\"}");
      await().atMost(LIMIT).until(() -> java.groups().isEmpty());
      remote.ping();
      send(name + "#blue", "note", "\"to nobody\"");
      send(name, "note", "\"to all\"");

      assertThat(notes.heard.next()).isEqualTo("to all");
    }
  }

  @Test
  void applicationsOfBothLanguagesTakeTurnsInAGroup() {
    Notes notes = new Notes();
    try (PythonPeer python = PythonPeer.start(broker, "application", name, "--group", "blue");
        GenericApplication java =
            postage.application(name).handlers(notes).groups("blue").start()) {
      assertThat(java.groups()).containsExactly("blue");

      for (int i = 0; i < 10; i++) {
        remote.note("" + i, to(Address.oneInGroup(name, "blue")));
      }

      await()
          .atMost(LIMIT)
          .until(
              () ->
                  notes.heard.size()
                          + python.allLines().stream()
                              .filter(line -> line.contains("\"note\""))
                              .count()
                      == 10);
      assertThat(notes.heard.size()).isBetween(1, 9);
    }
  }

  @Test
  void quitOfPythonEndsAJavaApplicationAndTheOtherWayRound() {
    try (PythonPeer python = PythonPeer.start(broker, "application", name)) {
      GenericApplication java = postage.application(name).start();

      send(name, "quit", "{}");

      assertThat(java.processor().join(LIMIT)).isTrue();
      assertThat(python.waitFor(LIMIT)).isZero();
    }
  }

  private void send(String key, String command, String parameters) {
    try (PythonPeer python =
        PythonPeer.start(broker, "send-command", EXCHANGE, key, command, parameters)) {
      assertThat(python.waitFor(LIMIT)).as(python.errorText()).isZero();
    }
  }

  private static String asJson(Map<String, ?> map) {
    StringBuilder json = new StringBuilder("{");
    map.forEach(
        (key, value) ->
            json.append(json.length() == 1 ? "" : ", ")
                .append("\"" + key + "\": \"" + value + "\""));
    return json.append("}").toString();
  }
}
