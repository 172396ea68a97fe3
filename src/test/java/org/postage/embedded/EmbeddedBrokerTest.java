package org.postage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a test can see of the broker and do to it. */
class EmbeddedBrokerTest {
  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private Connection connection;
  private Channel channel;

  EmbeddedBrokerTest() throws Exception {
    connection = Clients.connect(broker);
    channel = connection.createChannel();
  }

  @BeforeEach
  void declare() throws Exception {
    Clients.declare(channel, "q", Map.of());
  }

  @AfterEach
  void close() {
    broker.close();
    connection.abort();
  }

  @Test
  void uriLeadsToTheBroker() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker.uri());

    try (Connection byUri = factory.newConnection()) {
      assertThat(byUri.createChannel().queueDeclarePassive("q").getQueue()).isEqualTo("q");
    }
  }

  @Test
  void uriKeepsSpecialCharactersOfUserPasswordAndVirtualHost() throws Exception {
    try (EmbeddedBroker guarded =
        EmbeddedBroker.builder().user("a b@c", "p:w/d").vhosts("v/1").start()) {
      ConnectionFactory factory = new ConnectionFactory();
      factory.setUri(guarded.uri("v/1"));

      assertThatCode(() -> factory.newConnection().close()).doesNotThrowAnyException();
    }
  }

  @Test
  void virtualHostsDoNotSeeEachOther() throws Exception {
    ConnectionFactory factory = Clients.factory(broker);
    factory.setVirtualHost("other");

    try (Connection other = factory.newConnection()) {
      Clients.declare(other.createChannel(), "there", Map.of());
    }

    assertThat(broker.vhost("other").queues()).extracting(QueueView::name).containsExactly("there");
    assertThat(broker.vhost().queues()).extracting(QueueView::name).containsExactly("q");
  }

  @Test
  void virtualHostThatWasNotNamedIsUnknown() {
    try (EmbeddedBroker few = EmbeddedBroker.builder().vhosts("a").start()) {
      assertThatThrownBy(() -> few.vhost("b"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("vhost: b (expected: one of [/, a])");
    }
  }

  @Test
  void takenPortIsNamed() {
    assertThatThrownBy(() -> EmbeddedBroker.builder().port(broker.port()).start())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("port: " + broker.port() + " (expected: free)");
  }

  @Test
  void queueIsSeenWithItsMessagesAndConsumers() throws Exception {
    Clients.declare(channel, "limited", Map.of("x-max-length", 5));
    Clients.send(channel, "limited", Clients.PERSISTENT, "one");
    Clients.send(channel, "limited", Clients.PERSISTENT, "two");
    channel.basicGet("limited", false);

    assertThat(broker.vhost().queue("limited"))
        .hasValue(
            new QueueView(
                "limited", true, false, false, Map.of("x-max-length", 5), 1, 1, 0, false));
    assertThat(broker.vhost().queue("nope")).isEmpty();
  }

  @Test
  void bindingsAreSeen() throws Exception {
    channel.exchangeDeclare("x", "fanout");
    channel.exchangeBind("x", "amq.topic", "a.#");
    channel.queueBind("q", "amq.direct", "k");

    assertThat(broker.vhost().bindings())
        .containsExactly(
            new BindingView("amq.direct", "q", true, "k", Map.of()),
            new BindingView("amq.topic", "x", false, "a.#", Map.of()));
  }

  @Test
  void messagesAreSeenAndStay() throws Exception {
    Clients.send(channel, "q", Clients.PERSISTENT, "one");
    Clients.send(channel, "q", Clients.PERSISTENT, "two");

    List<MessageView> seen = broker.vhost().messages("q");

    assertThat(seen).extracting(MessageView::text).containsExactly("one", "two");
    assertThat(seen.get(0).properties().getDeliveryMode()).isEqualTo(2);
    assertThat(seen.get(0).routingKey()).isEqualTo("q");
    assertThat(seen.get(0)).hasToString("MessageView[:q, 3 bytes]");
    assertThat(Clients.get(channel, "q")).isEqualTo("one");
  }

  @Test
  void queueThatIsNotThereIsNamedWithThoseThatAre() {
    assertThatThrownBy(() -> broker.vhost().messages("nope"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queue: nope (expected: one of [q])");
  }

  @Test
  void pausedQueueDeliversOnceItIsResumed() throws Exception {
    BlockingQueue<String> texts = Clients.consume(channel, "q");
    broker.vhost().pause("q");

    Clients.send(channel, "q", Clients.PERSISTENT, "hello");
    assertThat(broker.vhost().queue("q")).map(QueueView::ready).hasValue(1);
    assertThat(texts).isEmpty();
    broker.vhost().resume("q");

    assertThat(texts.poll(60, TimeUnit.SECONDS)).isEqualTo("hello");
  }

  @Test
  void connectionsAreSeen() {
    assertThat(broker.connections())
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.user()).isEqualTo("guest");
              assertThat(seen.vhost()).isEqualTo("/");
              assertThat(seen.channels()).containsExactly(1);
              assertThat(seen.clientProperties()).containsKey("product");
            });
  }

  @Test
  void connectionCanBeClosedByTheBroker() throws Exception {
    CompletableFuture<ShutdownSignalException> signal = new CompletableFuture<>();
    connection.addShutdownListener(signal::complete);

    assertThat(broker.closeConnection(broker.connections().get(0).id(), "enough")).isTrue();

    AMQP.Connection.Close close =
        (AMQP.Connection.Close) signal.get(60, TimeUnit.SECONDS).getReason();
    assertThat(close.getReplyCode()).isEqualTo(320);
    assertThat(close.getReplyText()).isEqualTo("CONNECTION_FORCED - enough");
    Awaitility.await().until(() -> broker.connections().isEmpty());
    assertThat(broker.closeConnection(1, "enough")).isFalse();
  }

  @Test
  void allConnectionsCanBeCut() throws Exception {
    CompletableFuture<ShutdownSignalException> signal = new CompletableFuture<>();
    connection.addShutdownListener(signal::complete);

    broker.dropConnections();

    assertThat(signal.get(60, TimeUnit.SECONDS).getReason()).isNull();
    Awaitility.await().until(() -> broker.connections().isEmpty());
  }

  @Test
  void channelCanBeClosedByTheBroker() throws Exception {
    CompletableFuture<ShutdownSignalException> signal = new CompletableFuture<>();
    channel.addShutdownListener(signal::complete);
    long id = broker.connections().get(0).id();

    assertThat(broker.closeChannel(id, 1, 406, "because")).isTrue();

    AMQP.Channel.Close close = (AMQP.Channel.Close) signal.get(60, TimeUnit.SECONDS).getReason();
    assertThat(close.getReplyText()).isEqualTo("PRECONDITION_FAILED - because");
    assertThat(connection.isOpen()).isTrue();
    assertThat(broker.closeChannel(id, 99, 406, "because")).isFalse();
  }

  @Test
  void channelIsNotClosedWithACodeForConnections() {
    assertThatThrownBy(() -> broker.closeChannel(1, 1, 320, "because"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("code: 320 (expected: 403, 404, 405 or 406)");
  }

  @Test
  void blockedPublisherIsToldAndWaits() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    connection.addBlockedListener(heard::add, () -> heard.add("unblocked"));
    channel.confirmSelect();
    broker.block("low on memory");

    channel.basicPublish("", "q", null, "hello".getBytes(UTF_8));

    assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("low on memory");
    assertThat(broker.vhost().queue("q")).map(QueueView::ready).hasValue(0);
    broker.unblock();
    assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("unblocked");
    channel.waitForConfirmsOrDie(10_000);
    assertThat(broker.vhost().queue("q")).map(QueueView::ready).hasValue(1);
  }

  @Test
  void consumersGoOnWhilePublishersAreBlocked() throws Exception {
    Clients.send(channel, "q", Clients.PERSISTENT, "hello");
    broker.block("low on disk");

    try (Connection consuming = Clients.connect(broker)) {
      BlockingQueue<String> texts = Clients.consume(consuming.createChannel(), "q");

      assertThat(texts.poll(60, TimeUnit.SECONDS)).isEqualTo("hello");
    }
  }

  @Test
  void frozenBrokerAcceptsAndAnswersNothing() throws Exception {
    broker.freeze();
    ConnectionFactory impatient = Clients.factory(broker);
    impatient.setHandshakeTimeout(200);

    assertThatThrownBy(impatient::newConnection).isInstanceOf(TimeoutException.class);
    CompletableFuture<AMQP.Queue.DeclareOk> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return channel.queueDeclarePassive("q");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(answer).isNotDone();
    broker.thaw();

    assertThat(answer.get(60, TimeUnit.SECONDS).getQueue()).isEqualTo("q");
  }

  @Test
  void durableQueuesAndPersistentMessagesOutliveARestart() throws Exception {
    int port = broker.port();
    channel.exchangeDeclare("x", "topic", true);
    channel.queueBind("q", "x", "a.#");
    channel.queueDeclare("transient", false, false, false, Map.of());
    channel.exchangeDeclare("passing", "topic", false);
    Clients.send(channel, "q", Clients.PERSISTENT, "kept");
    Clients.send(channel, "q", new AMQP.BasicProperties(), "lost");

    restart();

    assertThat(broker.port()).isEqualTo(port);
    assertThat(broker.vhost().queues()).extracting(QueueView::name).containsExactly("q");
    assertThat(broker.vhost().bindings())
        .containsExactly(new BindingView("x", "q", true, "a.#", Map.of()));
    assertThat(broker.vhost().messages("q")).extracting(MessageView::text).containsExactly("kept");
    assertThatThrownBy(() -> channel.exchangeDeclarePassive("passing"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void messagesThatConsumersHadAreThereAgainAfterARestart() throws Exception {
    Clients.send(channel, "q", Clients.PERSISTENT, "held");
    channel.basicGet("q", false);

    restart();

    assertThat(broker.vhost().messages("q"))
        .singleElement()
        .satisfies(message -> assertThat(message.redelivered()).isTrue());
  }

  @Test
  void stoppedBrokerTakesNoConnections() {
    broker.stop();

    assertThatThrownBy(() -> Clients.connect(broker)).isInstanceOf(IOException.class);
    assertThatCode(broker::stop).doesNotThrowAnyException();
  }

  @Test
  void runningBrokerIsNotStartedAgain() {
    assertThatThrownBy(broker::startAgain)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("listening on port " + broker.port() + " (expected: stopped)");
  }

  @Test
  void clientIsToldOfAShutdown() throws Exception {
    CompletableFuture<ShutdownSignalException> signal = new CompletableFuture<>();
    connection.addShutdownListener(signal::complete);

    broker.stop();

    AMQP.Connection.Close close =
        (AMQP.Connection.Close) signal.get(60, TimeUnit.SECONDS).getReason();
    assertThat(close.getReplyText())
        .isEqualTo("CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
  }

  @Test
  void closedBrokerLeavesNoThread() throws Exception {
    String prefix = "embedded-broker-" + broker.port();
    assertThat(threadsStarting(prefix)).isNotEmpty();

    broker.close();

    assertThat(threadsStarting(prefix)).isEmpty();
  }

  @Test
  void closingDoesNotWaitForFrozenOrBlockedClients() throws Exception {
    broker.block("low on memory");
    channel.basicPublish("", "q", null, new byte[0]);
    broker.freeze();

    broker.close();

    assertThat(threadsStarting("embedded-broker-" + broker.port())).isEmpty();
  }

  private static List<String> threadsStarting(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  private void restart() throws Exception {
    broker.stop();
    broker.startAgain();
    connection = Clients.connect(broker);
    channel = connection.createChannel();
  }
}
