package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Declaring and deleting queues, and who may use them. */
abstract class QueuesContract extends BrokerContract {
  @Test
  void declarationTellsHowManyMessagesAndConsumersThereAre() throws Exception {
    String queue = queue();
    send(queue, "one", "two", "three");
    channel().basicQos(1);
    consume(queue).next();

    AMQP.Queue.DeclareOk ok = channel().queueDeclarePassive(queue);

    assertThat(ok.getQueue()).isEqualTo(queue);
    assertThat(ok.getMessageCount()).isEqualTo(2);
    assertThat(ok.getConsumerCount()).isEqualTo(1);
  }

  @Test
  void brokerNamesAQueueWithoutName() throws Exception {
    assertThat(channel().queueDeclare().getQueue()).matches("amq\\.gen-[A-Za-z0-9_-]{22}");
  }

  @Test
  void emptyNameMeansTheLastDeclaredQueue() throws Exception {
    String queue = channel().queueDeclare().getQueue();

    channel().queueBind("", "amq.direct", queue);
    publish("amq.direct", queue, "hello");

    assertThat(drain(queue)).containsExactly("hello");
  }

  @Test
  void emptyNameMeansNothingBeforeTheFirstDeclaration() throws Exception {
    assertThat(refused(on -> on.queueBind("", "amq.direct", "k")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no previously declared queue"));
  }

  @Test
  void namesStartingWithAmqAreReserved() throws Exception {
    assertThat(refused(on -> on.queueDeclare("amq.foo", false, false, false, Map.of())))
        .isEqualTo(
            Closed.channel(
                403, "ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*'"));
  }

  @Test
  void passiveDeclarationOfAMissingQueueIsRefused() throws Exception {
    assertThat(refused(on -> on.queueDeclarePassive("nope")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no queue 'nope' in vhost '/'"));
  }

  @Test
  void nameMayBe255OctetsLong() throws Exception {
    String name = "q".repeat(255 - 37) + fresh("");
    channel().queueDeclare(name, false, true, false, Map.of());

    publish("", name, "hello");

    assertThat(drain(name)).containsExactly("hello");
  }

  @Test
  void otherDurabilityIsRefused() throws Exception {
    String queue = shared();

    assertThat(refused(on -> on.queueDeclare(queue, true, false, false, Map.of())))
        .isEqualTo(inequivalent("durable", queue, "received 'true' but current is 'false'"));
  }

  @Test
  void otherAutoDeleteIsRefused() throws Exception {
    String queue = shared();

    assertThat(refused(on -> on.queueDeclare(queue, false, false, true, Map.of())))
        .isEqualTo(inequivalent("auto_delete", queue, "received 'true' but current is 'false'"));
  }

  @Test
  void otherExclusivenessIsRefusedAsLocked() throws Exception {
    String queue = shared();

    assertLocked(queue, refused(on -> on.queueDeclare(queue, false, true, false, Map.of())));
  }

  @Test
  void ownerCannotRedeclareAnExclusiveQueueAsShared() throws Exception {
    String queue = queue();

    assertLocked(queue, refused(on -> on.queueDeclare(queue, false, false, false, Map.of())));
  }

  @Test
  void argumentTooManyIsRefused() throws Exception {
    String queue = shared();

    assertThat(
            refused(on -> on.queueDeclare(queue, false, false, false, Map.of("x-max-length", 9))))
        .isEqualTo(
            inequivalent(
                "x-max-length",
                queue,
                "received the value '9' of type 'signedint' but current is none"));
  }

  @Test
  void argumentTooFewIsRefused() throws Exception {
    String queue = queue(Map.of("x-max-length", 9));

    assertThat(refused(on -> on.queueDeclare(queue, false, true, false, Map.of())))
        .isEqualTo(
            inequivalent(
                "x-max-length",
                queue,
                "received none but current is the value '9' of type 'signedint'"));
  }

  @Test
  void numbersAreComparedByValueNotByType() throws Exception {
    String queue = queue(Map.of("x-max-length", 9));

    assertThatCode(
            () -> channel().queueDeclare(queue, false, true, false, Map.of("x-max-length", 9L)))
        .doesNotThrowAnyException();
  }

  @Test
  void unknownArgumentsMayDiffer() throws Exception {
    String queue = queue(Map.of("x-foo", 9));

    assertThatCode(() -> channel().queueDeclare(queue, false, true, false, Map.of()))
        .doesNotThrowAnyException();
  }

  @Test
  void deletionTellsHowManyMessagesWentWithTheQueue() throws Exception {
    String queue = queue();
    send(queue, "one", "two");

    assertThat(channel().queueDelete(queue).getMessageCount()).isEqualTo(2);
    assertThat(refused(on -> on.queueDeclarePassive(queue)).code()).isEqualTo(404);
  }

  @Test
  void deletingAMissingQueueIsFine() throws Exception {
    assertThat(channel().queueDelete("nope").getMessageCount()).isZero();
  }

  @Test
  void queueInUseIsNotDeletedIfUnusedIsAskedFor() throws Exception {
    String queue = queue();
    consume(queue);

    assertThat(refused(on -> on.queueDelete(queue, true, false)))
        .isEqualTo(
            Closed.channel(406, "PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' in use"));
  }

  @Test
  void queueWithMessagesIsNotDeletedIfEmptyIsAskedFor() throws Exception {
    String queue = queue();
    send(queue, "one");

    assertThat(refused(on -> on.queueDelete(queue, false, true)))
        .isEqualTo(
            Closed.channel(
                406, "PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' not empty"));
  }

  @Test
  void purgingForgetsWhatWaits() throws Exception {
    String queue = queue();
    send(queue, "one", "two");

    assertThat(channel().queuePurge(queue).getMessageCount()).isEqualTo(2);
    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void purgingLeavesWhatConsumersHave() throws Exception {
    String queue = queue();
    send(queue, "one", "two");
    long tag = channel().basicGet(queue, false).getEnvelope().getDeliveryTag();

    channel().queuePurge(queue);
    channel().basicNack(tag, false, true);

    assertThat(drain(queue)).containsExactly("one");
  }

  @Test
  void missingQueueCannotBePurged() throws Exception {
    assertThat(refused(on -> on.queuePurge("nope")))
        .isEqualTo(Closed.channel(404, "NOT_FOUND - no queue 'nope' in vhost '/'"));
  }

  @Test
  void autoDeleteQueueGoesWithItsLastConsumer() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, true, Map.of());
    Inbox first = consume(queue);
    Inbox second = consume(queue);

    channel().basicCancel(first.getConsumerTag());
    assertThatCode(() -> channel().queueDeclarePassive(queue)).doesNotThrowAnyException();
    channel().basicCancel(second.getConsumerTag());

    assertThat(refused(on -> on.queueDeclarePassive(queue)).code()).isEqualTo(404);
  }

  @Test
  void autoDeleteQueueGoesWithItsLastConsumersChannel() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, true, Map.of());
    Channel other = connection().createChannel();
    consume(other, queue);

    other.close();

    Awaitility.await()
        .untilAsserted(
            () -> assertThat(refused(on -> on.queueDeclarePassive(queue)).code()).isEqualTo(404));
  }

  @Test
  void autoDeleteQueueStaysUntilItWasConsumed() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, true, Map.of());
    send(queue, "one");

    assertThat(drain(queue)).containsExactly("one");
    channel().queueDelete(queue);
  }

  @Test
  void exclusiveQueueGoesWithItsConnection() throws Exception {
    Connection owner = broker().connect();
    String queue = owner.createChannel().queueDeclare().getQueue();

    owner.close();

    Awaitility.await()
        .untilAsserted(
            () -> assertThat(refused(on -> on.queueDeclarePassive(queue)).code()).isEqualTo(404));
  }

  @Test
  void exclusiveQueueOutlivesTheChannelThatDeclaredIt() throws Exception {
    Channel other = connection().createChannel();
    String queue = other.queueDeclare().getQueue();

    other.close();

    assertThatCode(() -> channel().queueDeclarePassive(queue)).doesNotThrowAnyException();
  }

  @TestFactory
  Stream<DynamicTest> exclusiveQueueIsLockedForOtherConnections() throws Exception {
    return Stream.of(
        lockedFor("declaring", (on, queue) -> on.queueDeclare(queue, false, true, false, Map.of())),
        lockedFor("declaring passively", Channel::queueDeclarePassive),
        lockedFor("consuming", (on, queue) -> consume(on, queue)),
        lockedFor("fetching", (on, queue) -> on.basicGet(queue, true)),
        lockedFor("deleting", Channel::queueDelete),
        lockedFor("purging", Channel::queuePurge),
        lockedFor("binding", (on, queue) -> on.queueBind(queue, "amq.direct", "k")));
  }

  private DynamicTest lockedFor(String what, OnQueue action) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          try (Connection owner = broker().connect()) {
            String queue = fresh("q");
            owner.createChannel().queueDeclare(queue, false, true, false, Map.of());

            assertLocked(queue, refused(on -> action.on(on, queue)));
          }
        });
  }

  @FunctionalInterface
  private interface OnQueue {
    void on(Channel channel, String queue) throws Exception;
  }

  private String shared() throws Exception {
    String queue = fresh("q");
    channel().queueDeclare(queue, false, false, false, Map.of());
    return queue;
  }

  private static Closed inequivalent(String argument, String queue, String how) {
    return Closed.channel(
        406,
        "PRECONDITION_FAILED - inequivalent arg '"
            + argument
            + "' for queue '"
            + queue
            + "' in vhost '/': "
            + how);
  }

  // As much as is left of the text whatever the virtual host's name: it is cut at 255 octets.
  private static void assertLocked(String queue, Closed closed) {
    assertThat(closed.code()).isEqualTo(405);
    assertThat(closed.text())
        .startsWith(
            "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '"
                + queue
                + "' in vhost '/'. It could be originally declared on another connection");
  }
}
