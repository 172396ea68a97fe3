package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.producer.SendOption.maxReplies;
import static org.postage.producer.SendOption.timeout;
import static org.postage.producer.SendOption.to;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.handler.MessageHandler;
import org.postage.handler.Processor;
import org.postage.handler.RpcHandler;
import org.postage.message.Fingerprint;
import org.postage.message.Param;
import org.postage.producer.Replies;
import org.postage.producer.Rpc;
import org.postage.producer.SendOption;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Address;
import org.postage.transport.UnroutableException;

/** Applications in one JVM, and whom each address reaches. */
@RabbitMq
@Timeout(600)
class ApplicationIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  interface Remote {
    java.util.concurrent.CompletableFuture<Void> message_note(String text, SendOption... options);

    @Rpc("ping")
    Fingerprint ping(SendOption... options);

    @Rpc("ping")
    Replies<Fingerprint> pingAll(SendOption... options);

    void message_join_group(@Param("group_name") String group, SendOption... options);

    void message_leave_group(@Param("group_name") String group, SendOption... options);

    void message_quit(SendOption... options);
  }

  /** Who got which note: the uid, and the text. */
  private final Heard<Map.Entry<String, String>> notes = new Heard<>();

  private final class Notes {
    @MessageHandler("note")
    void note(String text, Processor processor) {
      Fingerprint own = processor.fingerprint();
      notes.add(Map.entry(own.pid() + "@" + own.host(), text));
    }
  }

  private final Postage postage;
  private final Remote remote;
  private final String host;
  private final String name = TestPostage.unique("app");

  ApplicationIT(RabbitMqBroker broker) {
    postage = TestPostage.connect(broker);
    remote = postage.producer(Remote.class, Address.all(name).destination());
    host = postage.fingerprint().host();
  }

  @AfterEach
  void close() {
    postage.close();
  }

  private GenericApplication start(String applicationName, String... groups) {
    return postage.application(applicationName).groups(groups).handlers(new Notes()).start();
  }

  /** Whom a note reaches: after it, each gets one that comes by its own key. */
  private List<String> reached(Address address, GenericApplication... all) {
    remote.message_note("note", to(address)).join();
    for (GenericApplication application : all) {
      Fingerprint own = application.fingerprint();
      // The three queues of an application are not in order with each other.
      remote.ping(to(Address.instance(own.pid(), own.host())));
    }
    List<String> reached = new ArrayList<>();
    reached.add(notes.next().getKey());
    while (notes.size() > 0) {
      reached.add(notes.next().getKey());
    }
    return reached;
  }

  @Test
  void eachAddressReachesWhomItShouldAndNobodyElse() {
    String other = name + "x";
    GenericApplication one = start(name, "blue");
    GenericApplication two = start(name, "blue", "red");
    GenericApplication three = start(name);
    GenericApplication stranger = start(other, "blue");
    GenericApplication[] all = {one, two, three, stranger};

    Map<Address, List<GenericApplication>> toAll = new LinkedHashMap<>();
    toAll.put(Address.all(name), List.of(one, two, three));
    toAll.put(Address.all(other), List.of(stranger));
    toAll.put(Address.allOnHost(host), List.of(all));
    toAll.put(Address.allOnHost(name, host), List.of(one, two, three));
    toAll.put(Address.allInGroup(name, "blue"), List.of(one, two));
    toAll.put(Address.allInGroup(name, "red"), List.of(two));
    toAll.put(Address.allInGroup(other, "blue"), List.of(stranger));
    toAll.put(Address.instance(three.fingerprint().pid(), host), List.of(three));
    toAll.forEach(
        (address, expected) ->
            assertThat(reached(address, all))
                .as(address.routingKey())
                .containsExactlyInAnyOrderElementsOf(
                    expected.stream().map(GenericApplication::uid).toList()));
  }

  @Test
  void addressOfOneReachesOneAfterTheOther() {
    GenericApplication one = start(name, "blue");
    GenericApplication two = start(name, "blue");
    start(name + "x", "blue");

    for (Address address :
        List.of(
            Address.one(name), Address.oneOnHost(name, host), Address.oneInGroup(name, "blue"))) {
      for (int i = 0; i < 10; i++) {
        remote.message_note("note", to(address)).join();
      }

      assertThat(notes.next(10))
          .as(address.routingKey())
          .extracting(Map.Entry::getKey)
          .contains(one.uid(), two.uid())
          .containsOnly(one.uid(), two.uid());
      assertThat(notes.size()).isZero();
    }
  }

  @Test
  void applicationsOfOneJvmHaveUidsOfTheirOwnAndTellThem() {
    GenericApplication one = start(name);
    GenericApplication two = start(name);

    assertThat(one.uid()).isNotEqualTo(two.uid());
    assertThat(one.sid()).isEqualTo(name).isEqualTo(two.sid());
    assertThat(one.hid()).isEqualTo(name + "@" + host).isEqualTo(two.hid());
    for (GenericApplication application : List.of(one, two)) {
      Fingerprint own = application.fingerprint();
      assertThat(own.type()).isEqualTo("application");
      assertThat(own.pid()).startsWith("" + ProcessHandle.current().pid());
      assertThat(remote.ping(to(Address.instance(own.pid(), host)))).isEqualTo(own);
    }
  }

  @Test
  void pingOfAllGathersTheFingerprintsOfAll() {
    List<Fingerprint> all =
        List.of(start(name).fingerprint(), start(name).fingerprint(), start(name).fingerprint());

    try (Replies<Fingerprint> replies = remote.pingAll(maxReplies(3), timeout(LIMIT))) {
      assertThat(replies.toList()).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void groupsAreJoinedAndLeftAtRunTimeByCallAndByMessage() {
    GenericApplication one = start(name);
    GenericApplication two = start(name);

    one.joinGroup("green");
    remote.message_join_group("green", to(Address.instance(two.fingerprint().pid(), host)));
    remote.ping(to(Address.instance(two.fingerprint().pid(), host)));

    assertThat(one.groups()).containsExactly("green");
    assertThat(two.groups()).containsExactly("green");
    assertThat(reached(Address.allInGroup(name, "green"), one, two))
        .containsExactlyInAnyOrder(one.uid(), two.uid());

    one.leaveGroup("green");
    assertThat(reached(Address.allInGroup(name, "green"), one, two)).containsExactly(two.uid());

    remote.message_leave_group("green", to(Address.instance(two.fingerprint().pid(), host)));
    remote.ping(to(Address.instance(two.fingerprint().pid(), host)));
    assertThat(two.groups()).isEmpty();
    assertThat(remote.message_note("nobody", to(Address.allInGroup(name, "green"))))
        .failsWithin(LIMIT)
        .withThrowableThat()
        .withCauseInstanceOf(UnroutableException.class);
  }

  @Test
  void thoseWhoStayInAGroupStillTakeTurnsWhenOneHasLeft() {
    GenericApplication one = start(name, "blue");
    GenericApplication two = start(name, "blue");
    GenericApplication three = start(name);
    three.joinGroup("blue");

    one.leaveGroup("blue");

    for (int i = 0; i < 10; i++) {
      remote.message_note("note", to(Address.oneInGroup(name, "blue"))).join();
    }
    assertThat(notes.next(10))
        .extracting(Map.Entry::getKey)
        .contains(two.uid(), three.uid())
        .doesNotContain(one.uid());
  }

  @Test
  void whoLeftAGroupMayJoinItAgain() {
    GenericApplication one = start(name, "blue");

    one.leaveGroup("blue");
    one.joinGroup("blue");

    remote.message_note("all", to(Address.allInGroup(name, "blue"))).join();
    assertThat(notes.next()).isEqualTo(Map.entry(one.uid(), "all"));
    remote.message_note("one", to(Address.oneInGroup(name, "blue"))).join();
    assertThat(notes.next()).isEqualTo(Map.entry(one.uid(), "one"));
  }

  @Test
  void ownPingTakesThePlaceOfTheBuiltInOne() {
    class Pong {
      @RpcHandler("ping")
      Fingerprint ping() {
        return Fingerprint.of("pong");
      }
    }
    postage.application(name).handlers(new Pong()).start();

    assertThat(remote.ping().name()).isEqualTo("pong");
  }

  @Test
  void whatBecomesOfTheApplicationIsLogged() {
    Heard<String> log = new Heard<>();
    GenericApplication application =
        postage.application(name).handlers(new Notes()).logTo(log::add).start();

    application.joinGroup("blue");
    application.joinGroup("blue");
    application.leaveGroup("blue");
    application.leaveGroup("blue");
    application.close();
    application.close();

    assertThat(log.next(4)).containsExactly("online", "joined blue", "left blue", "offline");
    assertThat(log.size()).isZero();
  }

  @Test
  void applicationThatWasToldToQuitLogsThatItIsOffline() {
    Heard<String> log = new Heard<>();
    GenericApplication application =
        postage.application(name).handlers(new Notes()).logTo(log::add).start();
    assertThat(log.next()).isEqualTo("online");

    remote.message_quit();

    application.join();
    assertThat(log.next()).isEqualTo("offline");
  }

  @Test
  void quitEndsAllThatItReachesAndNobodyElse() {
    GenericApplication one = start(name, "blue");
    GenericApplication two = start(name);

    remote.message_quit(to(Address.allInGroup(name, "blue")));

    assertThat(one.processor().join(LIMIT)).isTrue();
    assertThat(reached(Address.all(name), two)).containsExactly(two.uid());
  }

  @Test
  void restartStopsEverythingAndThenDoesWhatItWasTold(RabbitMqBroker broker) {
    interface Restarting {
      void message_restart(SendOption... options);
    }
    Heard<Boolean> heard = new Heard<>();
    Heard<GenericApplication> started = new Heard<>();
    try (Postage other =
        TestPostage.builder(broker)
            .onRestart(() -> heard.add(started.next().processor().isConsuming()))
            .connect()) {
      started.add(other.application(name).handlers(new Notes()).start());

      postage.producer(Restarting.class, Address.all(name).destination()).message_restart();

      assertThat(heard.next()).as("consumes when it restarts").isFalse();
      assertThat(other.isReady()).isFalse();
    }
  }
}
