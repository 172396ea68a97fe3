package org.postage.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.message.MalformedMessageException;
import org.postage.producer.Rpc;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.service.events.EventProducer;
import org.postage.service.events.EventStyle;
import org.postage.service.rpc.RemoteException;
import org.postage.service.rpc.RpcClient;
import org.postage.service.rpc.RpcProtocol;
import org.postage.service.rpc.RpcRequest;
import org.postage.service.rpc.RpcTarget;
import org.postage.service.rpc.RpcTimeoutException;
import org.postage.service.rpc.UnknownServiceException;
import org.postage.transport.TransportException;

/** A program of ours among services in Python: what they hear and say is nameko's and ufw's own. */
@RabbitMq
@Timeout(600)
class ServicePeersIT {
  private static final Path SCRIPT = Path.of("src/test/python/service_peer.py");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  record Order(String customer, List<String> items) {}

  /** What the peer offers. */
  interface Greeter {
    String hello(String who);

    @Rpc("hello")
    CompletableFuture<String> helloLater(String who, String punct);

    Order order(Order order);

    int boom();

    void nothing();

    String noSuchMethod();

    default String helloTwice(String who) {
      return hello(who) + " " + hello(who);
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final List<AutoCloseable> open = new ArrayList<>();

  ServicePeersIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    postage.close();
  }

  private PythonPeer python(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("" + broker.port());
    all.add(broker.vhost());
    PythonPeer peer = PythonPeer.start(SCRIPT, all);
    open.add(peer);
    return peer;
  }

  private RpcClient client(RpcProtocol protocol, Duration timeout) {
    RpcClient client = RpcClient.builder(postage, protocol).caller("shop").timeout(timeout).build();
    open.add(0, client);
    return client;
  }

  private Greeter greeter() {
    PythonPeer ignored = python("nameko");
    return client(RpcProtocol.NAMEKO, LIMIT).proxy(Greeter.class, "greeter");
  }

  @Test
  void namekoServiceIsCalledThroughAnInterface() {
    Greeter greeter = greeter();

    assertThat(greeter.hello("Ann")).isEqualTo("hello Ann!");
    assertThat(greeter.helloLater("Ann", "?").join()).isEqualTo("hello Ann?");
    assertThat(greeter.helloTwice("é")).isEqualTo("hello é! hello é!");
    assertThat(greeter.order(new Order("Ann", List.of("ink"))))
        .isEqualTo(new Order("Ann", List.of("ink", "pen")));
    greeter.nothing();
  }

  @Test
  void namekoServicesErrorsAreTold() {
    Greeter greeter = greeter();

    RemoteException boom = catchThrowableOfType(RemoteException.class, greeter::boom);
    assertThat(boom).hasMessage("greeter.boom failed: Boom: ('bad', 7)");
    assertThat(boom.type()).isEqualTo("Boom");
    assertThat(boom.origin()).isEqualTo("greeter.Boom");
    assertThat(boom.args()).isEqualTo(List.of("bad", "7"));

    assertThatThrownBy(greeter::noSuchMethod)
        .isInstanceOf(RemoteException.class)
        .hasMessage("greeter.no_such_method failed: MethodNotFound: no_such_method");
    assertThatThrownBy(() -> greeter.helloLater("Ann", "?").thenApply(Integer::valueOf).join())
        .hasRootCauseInstanceOf(NumberFormatException.class);
  }

  @Test
  void namekoServiceIsCalledWithArgumentsByName() {
    PythonPeer ignored = python("nameko");
    RpcClient rpc = client(RpcProtocol.NAMEKO, LIMIT);

    assertThat(rpc.call(RpcRequest.of("greeter", "hello").with("who", "Ann"), String.class))
        .isEqualTo("hello Ann!");
    assertThat(rpc.call("greeter", "hello", "Ann", "?")).isEqualTo("hello Ann?");
    assertThatThrownBy(() -> rpc.call("greeter", "hello"))
        .isInstanceOf(RemoteException.class)
        .hasMessageStartingWith("greeter.hello failed: IncorrectSignature: ");
    assertThatThrownBy(() -> rpc.call(RpcRequest.of("greeter", "hello", "Ann"), Integer.class))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageStartingWith("$.result: 'hello Ann!'");
  }

  @Test
  void manyCallsAtOnceEachGetTheirOwnAnswer() {
    PythonPeer ignored = python("nameko");
    RpcClient rpc = client(RpcProtocol.NAMEKO, LIMIT);

    List<CompletableFuture<String>> answers =
        IntStream.range(0, 200)
            .mapToObj(i -> rpc.callAsync(RpcRequest.of("greeter", "hello", "n" + i), String.class))
            .toList();

    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).join()).isEqualTo("hello n" + i + "!");
    }
  }

  @Test
  void microFrameworkServiceIsCalled() {
    PythonPeer ignored = python("micro_framework");
    RpcClient rpc = client(RpcProtocol.MICRO_FRAMEWORK, LIMIT);

    assertThat(rpc.call("calc", "add", 1, 9)).isEqualTo(10);
    assertThat(rpc.call(RpcRequest.of("calc", "add", 1).with("b", 5), int.class)).isEqualTo(6);
    RemoteException failed =
        catchThrowableOfType(RemoteException.class, () -> rpc.call("calc", "fail"));
    assertThat(failed.type()).isEqualTo("ValueError");
    assertThat(failed.text()).isEqualTo("('bad', 'zz')");
    assertThat(failed.origin()).isNull();
    assertThat(failed.args()).isEqualTo(List.of("bad", "zz"));
    assertThat(rpc.targets("calc"))
        .containsExactly(
            new RpcTarget("add", List.of("a"), List.of("b"), "Adds."),
            new RpcTarget("fail", List.of(), List.of(), null));
  }

  @Test
  void whoIsNotThereIsToldAtOnce() {
    assertThatThrownBy(() -> client(RpcProtocol.NAMEKO, LIMIT).call("ghost", "hello"))
        .isInstanceOf(UnknownServiceException.class)
        .hasMessageStartingWith("nameko service 'ghost' is not there");
    assertThatThrownBy(() -> client(RpcProtocol.MICRO_FRAMEWORK, LIMIT).call("ghost", "add"))
        .isInstanceOf(UnknownServiceException.class)
        .hasMessageStartingWith("target 'add' of service 'ghost' is not there");
  }

  @Test
  void serviceThatDoesNotAnswerIsNotWaitedForLonger() {
    PythonPeer ignored = python("nameko");
    Duration timeout = Duration.ofMillis(200);

    assertThatThrownBy(() -> client(RpcProtocol.NAMEKO, timeout).call("greeter", "silent"))
        .isInstanceOf(RpcTimeoutException.class)
        .hasMessage("greeter.silent: no answer within PT0.2S");
  }

  @Test
  void closingEndsWhatWaits() {
    PythonPeer ignored = python("nameko");
    RpcClient rpc = RpcClient.builder(postage, RpcProtocol.NAMEKO).caller("shop").build();
    CompletableFuture<?> answer = rpc.callAsync(RpcRequest.of("greeter", "silent"), Object.class);

    rpc.close();

    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("closed while waiting for the answer to greeter.silent");
    assertThatThrownBy(() -> rpc.call("greeter", "hello", "Ann"))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource(EventStyle.class)
  void eventsArriveAtPythonListeners(EventStyle style) throws Exception {
    String source = TestPostage.unique("shop");
    String autoDelete = style == EventStyle.MICRO_FRAMEWORK ? "True" : "False";
    PythonPeer listener = python("events", source, "placed", autoDelete);

    EventProducer.of(postage, source, style)
        .send("placed", new Order("Ann", List.of("pen")))
        .join();

    Map<?, ?> seen = new JsonMapper().readValue(listener.line(LIMIT), Map.class);
    assertThat(seen)
        .isEqualTo(
            Map.of(
                "key", "placed",
                "body", Map.of("customer", "Ann", "items", List.of("pen")),
                "content_type", "application/json",
                "content_encoding", "utf-8",
                "delivery_mode", 2));
  }

  // nameko and micro_framework do not agree on the exchange's flags: whoever comes second is to get
  // along with what is there.
  @Test
  void eventsAreSentToAnExchangeWithOtherFlags() {
    String source = TestPostage.unique("shop");
    PythonPeer listener = python("events", source, "placed", "True");

    EventProducer.of(postage, source, EventStyle.NAMEKO).send("placed", 7).join();

    assertThat(listener.line(LIMIT)).contains("\"body\": 7");
  }

  @Test
  void eventThatNobodyListensToIsGoneWithoutAnError() {
    EventProducer events = EventProducer.of(postage, TestPostage.unique("shop"), EventStyle.NAMEKO);

    events.send("placed", null).join();
  }

  @Test
  void whatIsNoServiceIsRefusedBeforeAnythingIsSent() {
    RpcClient rpc = client(RpcProtocol.NAMEKO, LIMIT);

    assertThatThrownBy(() -> rpc.call("a.b", "hello")).hasMessageContaining("service: 'a.b'");
    assertThatThrownBy(() -> rpc.call("greeter", "*")).hasMessageContaining("target: '*'");
    assertThatThrownBy(() -> rpc.proxy(Order.class, "greeter"))
        .hasMessageContaining("expected: an interface");
    assertThatThrownBy(() -> rpc.targets("greeter"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
